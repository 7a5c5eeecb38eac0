// A state: its life, and the end of its run that no recipe can catch.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int host_panic(lua_State *L) {
  (void)L;
  static const char message[] = "cargo-script: internal error: a Lua error outside protection\n";
  fwrite(message, 1, sizeof message - 1, stderr);
  abort();
}

static int open_libraries(lua_State *L) {
  base_open(L);
  coroutine_open(L);
  text_open(L);
  return 0;
}

static cs_host *host_make(cs_limits limits) {
  cs_host *h = calloc(1, sizeof *h);
  if (h == NULL) return NULL;
  h->limits = limits;
  h->limits.memory = 0;  // the state itself is always affordable
  h->main = lua_newstate(host_allocate, h);
  if (h->main == NULL) {
    free(h);
    return NULL;
  }
  *(cs_host **)lua_getextraspace(h->main) = h;
  lua_atpanic(h->main, host_panic);
  lua_gc(h->main, LUA_GCINC, 200, 200, 0);
  return h;
}

static void host_start_limits(cs_host *h, cs_limits limits) {
  h->limits = limits;
  if (limits.instructions) {
    int period = limits.instructions < 10000 ? (int)limits.instructions : 10000;
    lua_sethook(h->main, limits_hook, LUA_MASKCOUNT, period);
  }
}

cs_host *cs_host_new(
    cs_limits limits, void *context, void (*print)(void *context, const char *bytes, size_t length)) {
  cs_host *h = host_make(limits);
  if (h == NULL) return NULL;
  h->print_context = context;
  h->print = print;
  lua_pushcfunction(h->main, open_libraries);
  if (lua_pcall(h->main, 0, 0, 0) != LUA_OK) {
    cs_host_free(h);
    return NULL;
  }
  host_start_limits(h, limits);
  return h;
}

cs_host *cs_host_new_bare(cs_limits limits) {
  cs_host *h = host_make(limits);
  if (h) host_start_limits(h, limits);
  return h;
}

void cs_host_free(cs_host *h) {
  if (h == NULL) return;
  cs_limits_stop(h);
  h->limits.memory = 0;
  lua_close(h->main);
  for (int i = 0; i < CS_FIELD_COUNT; i++) free(h->error[i].bytes);
  free(h->cleanups);
  pool_end(&h->pool);
  free(h);
}

lua_State *cs_host_state(cs_host *h) { return h->main; }
cs_kill cs_host_killed(const cs_host *h) { return (cs_kill)h->killed; }
bool cs_host_kill_requested(const cs_host *h) { return h->kill_request != CS_KILL_NONE; }
cs_kill cs_host_kill_reason(const cs_host *h) {
  return (cs_kill)(h->killed ? h->killed : h->kill_request);
}
void cs_host_set_cancelled(cs_host *h, bool cancelled) { h->cancelled = cancelled; }

int cs_registry_index(void) { return LUA_REGISTRYINDEX; }

// --- Kills ------------------------------------------------------------------------------------

void host_set_running(cs_host *h, lua_State *L) {
  h->running = L;
  atomic_signal_fence(memory_order_seq_cst);
  // A signal that came between two coroutines armed the other one, and so did the end of the other
  // one: this one's <close> variables must not go on.
  if (L && (h->kill_request || h->killed || h->refused)) limits_arm(L);
}

bool host_ran_out_of_memory(lua_State *L, int status) {
  // A recipe may raise Lua's own text for it, which becomes LUA_ERRMEM; but then nothing was refused.
  if (!host_of(L)->refused) return false;
  if (status == LUA_ERRMEM) return true;
  // Buffers of the string library raise that text as a plain error.
  return status == LUA_ERRRUN && lua_type(L, -1) == LUA_TSTRING &&
         strcmp(lua_tostring(L, -1), "not enough memory") == 0;
}

void host_rethrow_kill(lua_State *L, cs_host *h, int status) {
  if (!h->killed && host_ran_out_of_memory(L, status)) h->killed = CS_KILL_MEMORY;
  if (h->killed || coroutine_unwinds(L)) lua_error(L);
}
