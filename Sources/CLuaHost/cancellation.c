// Cancelling a task: where it is raised, and the clean-up that may wait meanwhile.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int host_protected_depth(lua_State *L) {
  int depth = 0;
  lua_Debug ar;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "f", &ar);
    lua_CFunction function = lua_tocfunction(L, -1);
    if (function == host_protected_call || function == host_protected_call_handler) depth++;
    lua_pop(L, 1);
  }
  return depth;
}

// Inside the <close> of a variable that leaves its block: its waits are the clean-up's.
static bool in_close_handler(lua_State *L) {
  lua_Debug ar;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "n", &ar);
    if (ar.name && strcmp(ar.namewhat, "metamethod") == 0 && strcmp(ar.name, "close") == 0)
      return true;
  }
  return false;
}

bool cancellation_is_due(lua_State *L, cs_host *h) {
  return h->cancelled && h->unwinding == NULL && !in_close_handler(L);
}

int cancellation_raise(lua_State *L, cs_host *h) {
  h->unwinding = L;
  h->unwinding_depth = host_protected_depth(L);
  cs_raise(L, "cancelled", NULL, "the task was cancelled");
}

// A protected call caught an error: when it is the one (or one around it) that a cancellation was
// unwinding to, the clean-up is over and the next wait is cancelled again.
void cancellation_caught(lua_State *L, cs_host *h) {
  if (h->unwinding == NULL) return;
  if (h->unwinding == L) {
    if (host_protected_depth(L) <= h->unwinding_depth) h->unwinding = NULL;
  }
}

// Tasks that clean up after a cancellation may wait meanwhile: what is known of each is kept beside
// the task. They are few.
void cancellation_load(cs_host *h, lua_State *task) {
  h->unwinding = NULL;
  for (size_t i = 0; i < h->cleanup_count; i++) {
    if (h->cleanups[i].task != task) continue;
    h->unwinding = h->cleanups[i].thread;
    h->unwinding_depth = h->cleanups[i].depth;
    h->cleanups[i] = h->cleanups[--h->cleanup_count];
    return;
  }
}

void cancellation_store(cs_host *h, lua_State *task) {
  if (h->unwinding == NULL) return;
  if (h->cleanup_count == h->cleanup_capacity) {
    h->cleanup_capacity = h->cleanup_capacity ? 2 * h->cleanup_capacity : 8;
    h->cleanups = realloc(h->cleanups, h->cleanup_capacity * sizeof *h->cleanups);
    if (h->cleanups == NULL) abort();
  }
  h->cleanups[h->cleanup_count++] = (cs_cleanup){task, h->unwinding, h->unwinding_depth};
  h->unwinding = NULL;
}
