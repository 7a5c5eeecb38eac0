// Memory for small Lua objects: free lists by size over large chunks. Lua tells the size of what it
// frees, so that no block needs a header, and most blocks live as long as a table of records does.
#ifndef CARGO_POOL_H
#define CARGO_POOL_H

#include <stdbool.h>
#include <stddef.h>

// Under the sanitizer every block is one of malloc's, of its exact size: only then is misuse found.
#define POOL_IS_PLAIN 0
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef POOL_IS_PLAIN
#define POOL_IS_PLAIN 1
#endif
#endif

// The largest block that comes from the pool, in bytes.
#define POOL_LARGEST 512
#define POOL_GRAIN 16
#define POOL_CLASSES (POOL_LARGEST / POOL_GRAIN)

typedef struct pool_block {
  struct pool_block *next;
} pool_block;

typedef struct {
  pool_block *free[POOL_CLASSES];
  char *at, *end;         // what is left of the newest chunk
  pool_block *chunks;     // all chunks, to give back at the end
} cs_pool;

static inline bool pool_holds(size_t size) { return size <= POOL_LARGEST; }
static inline size_t pool_class(size_t size) { return (size - 1) / POOL_GRAIN; }

// Memory of at least `size` bytes (1 … POOL_LARGEST), or NULL.
void *pool_take(cs_pool *pool, size_t size);
// Gives back what pool_take gave for `size`.
void pool_give(cs_pool *pool, void *block, size_t size);
// Frees all chunks.
void pool_end(cs_pool *pool);

#endif
