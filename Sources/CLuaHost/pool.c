#include "pool.h"

#include <stdlib.h>

// Large enough that a chunk is rare, small enough that a tiny recipe stays small.
#define CHUNK_SIZE ((size_t)64 << 10)

#if POOL_IS_PLAIN
// The sanitizer finds misuse of single blocks only when they are single.
void *pool_take(cs_pool *pool, size_t size) {
  (void)pool;
  return malloc(size);
}

void pool_give(cs_pool *pool, void *block, size_t size) {
  (void)pool;
  (void)size;
  free(block);
}
#else
static void *take_from_chunk(cs_pool *pool, size_t size) {
  if ((size_t)(pool->end - pool->at) < size) {
    // What is left of the old chunk is cut into one block of the class that fits.
    size_t left = (size_t)(pool->end - pool->at);
    if (left >= POOL_GRAIN) pool_give(pool, pool->at, left);
    char *chunk = malloc(CHUNK_SIZE);
    if (chunk == NULL) return NULL;
    ((pool_block *)chunk)->next = pool->chunks;
    pool->chunks = (pool_block *)chunk;
    pool->at = chunk + POOL_GRAIN;
    pool->end = chunk + CHUNK_SIZE;
  }
  void *block = pool->at;
  pool->at += size;
  return block;
}

void *pool_take(cs_pool *pool, size_t size) {
  size_t class = pool_class(size);
  pool_block *block = pool->free[class];
  if (block) {
    pool->free[class] = block->next;
    return block;
  }
  return take_from_chunk(pool, (class + 1) * POOL_GRAIN);
}

void pool_give(cs_pool *pool, void *block, size_t size) {
  size_t class = pool_class(size);
  ((pool_block *)block)->next = pool->free[class];
  pool->free[class] = block;
}
#endif

void pool_end(cs_pool *pool) {
  while (pool->chunks) {
    pool_block *next = pool->chunks->next;
    free(pool->chunks);
    pool->chunks = next;
  }
}
