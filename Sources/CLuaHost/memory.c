// The memory of a state: counted, capped, small blocks from a pool.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// What malloc adds to each block, near enough: the cap is meant to bound the process.
#define BLOCK_OVERHEAD 16

// What a block of that size takes from the process.
static size_t footprint(size_t size) {
  if (size == 0) return 0;
  return pool_holds(size) ? (pool_class(size) + 1) * POOL_GRAIN : size + BLOCK_OVERHEAD;
}

static void *resize(cs_host *h, void *block, size_t old_size, size_t new_size) {
  bool was_small = block && pool_holds(old_size), is_small = pool_holds(new_size);
  if (block && !was_small && !is_small) return realloc(block, new_size);
  if (!POOL_IS_PLAIN && was_small && is_small && pool_class(old_size) == pool_class(new_size))
    return block;
  void *result = is_small ? pool_take(&h->pool, new_size) : malloc(new_size);
  if (result == NULL || block == NULL) return result;
  memcpy(result, block, old_size < new_size ? old_size : new_size);
  if (was_small)
    pool_give(&h->pool, block, old_size);
  else
    free(block);
  return result;
}

// Lua collects and asks once more for what was refused. When it does not get it then, an error is on
// its way, which a <close> could replace by another: the hook says at the next instruction that it is
// the end.
static void refuse(cs_host *h, size_t size) {
  h->refused = size;
  if (h->running) limits_arm(h->running);
}

static void forget_refusal(cs_host *h) {
  h->refused = 0;
  if (h->running && !h->kill_request && !h->killed) limits_disarm(h->running);
}

void *host_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  cs_host *h = context;
  if (block == NULL) old_size = 0;
  size_t before = footprint(old_size), after = footprint(new_size);
  if (new_size == 0) {
    h->used -= before;
    if (block == NULL) return NULL;
    if (pool_holds(old_size))
      pool_give(&h->pool, block, old_size);
    else
      free(block);
    return NULL;
  }
  if (after > before && h->limits.memory && h->swift_depth == 0 &&
      h->used + (after - before) > h->limits.memory) {
    refuse(h, new_size);
    return NULL;
  }
  void *result = resize(h, block, old_size, new_size);
  if (result == NULL) {
    if (h->swift_depth > 0) abort();  // nowhere to raise: a Swift frame is in the way
    refuse(h, new_size);
    return NULL;
  }
  if (h->refused && after > before && new_size >= h->refused) forget_refusal(h);
  h->used += after - before;
  if (h->used > h->peak) h->peak = h->used;
  return result;
}

void cs_host_charge(cs_host *h, ptrdiff_t bytes) {
  h->used = (size_t)((ptrdiff_t)h->used + bytes);
  if (h->used > h->peak) h->peak = h->used;
}

static bool fits(const cs_host *h, size_t bytes) {
  return h->limits.memory == 0 ||
         (h->used <= h->limits.memory && bytes <= h->limits.memory - h->used);
}

bool cs_host_has_room(cs_host *h, lua_State *L, size_t bytes) {
  if (fits(h, bytes)) return true;
  if (bytes > h->limits.memory) return false;
  lua_gc(L, LUA_GCCOLLECT);
  return fits(h, bytes);
}

size_t cs_host_peak(const cs_host *h) { return h->peak; }
