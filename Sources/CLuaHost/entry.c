// From Swift into Lua: every entry is protected.
#include "internal.h"

// Every entry runs with the Swift depth at zero: what it protects may raise.
typedef struct {
  int swift_depth;
  lua_State *running;
  uint64_t slice_start;
} cs_entry;

static cs_entry enter(cs_host *h, lua_State *L) {
  cs_entry entry = {h->swift_depth, h->running, h->slice_start};
  h->swift_depth = 0;
  if (entry.running == NULL) {
    h->slice_start = limits_now();
    h->slice++;
  }
  host_set_running(h, L);
  return entry;
}

static void leave(cs_host *h, cs_entry entry) {
  host_set_running(h, entry.running);
  h->swift_depth = entry.swift_depth;
}

static cs_outcome outcome_of(cs_host *h, lua_State *L, int status) {
  if (status == LUA_ERRMEM && !h->killed && host_ran_out_of_memory(L, status)) h->killed = CS_KILL_MEMORY;
  if (h->killed) return CS_KILLED;
  if (status == LUA_YIELD) return CS_WAITING;
  return status == LUA_OK ? CS_DONE : CS_FAILED;
}

cs_outcome cs_load(cs_host *h, lua_State *L, const char *text, size_t length, const char *name) {
  cs_entry entry = enter(h, L);
  int status = luaL_loadbufferx(L, text, length, name, "t");
  leave(h, entry);
  return outcome_of(h, L, status);
}

cs_outcome cs_call_protected(
    cs_host *h, lua_State *L, lua_CFunction function, int arguments, int results) {
  if (!lua_checkstack(L, 4)) return CS_FAILED;
  lua_pushcfunction(L, function);
  lua_insert(L, -arguments - 1);
  return cs_call(h, L, arguments, results);
}

cs_outcome cs_call(cs_host *h, lua_State *L, int arguments, int results) {
  cs_entry entry = enter(h, L);
  int status = lua_pcall(L, arguments, results, 0);
  leave(h, entry);
  return outcome_of(h, L, status);
}

// Keeps the error and where it was raised, before the stack that tells is gone.
static int task_handler(lua_State *L) {
  cs_host *h = host_of(L);
  lua_settop(L, 1);
  if (h->killed != CS_KILL_MEMORY) {
    cs_push_traceback(L, L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "cargo.traceback");
  }
  return 1;
}

static int task_end(lua_State *L, int status, lua_KContext context) {
  (void)context;
  if (status == LUA_OK || status == LUA_YIELD) {
    lua_pushboolean(L, 1);  // in place of the handler
    lua_replace(L, 1);
    return lua_gettop(L);
  }
  cs_host *h = host_of(L);
  if (!h->killed && host_ran_out_of_memory(L, status)) h->killed = CS_KILL_MEMORY;
  lua_pushboolean(L, 0);
  lua_replace(L, 1);
  lua_settop(L, 2);
  lua_getfield(L, LUA_REGISTRYINDEX, "cargo.traceback");
  return 3;
}

static int task_main(lua_State *L) {
  lua_pushcfunction(L, task_handler);
  lua_insert(L, 1);
  return task_end(
      L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, task_end), 0);
}

lua_State *cs_task_new(cs_host *h, lua_State *from, int arguments) {
  (void)h;
  if (!lua_checkstack(from, 2)) return NULL;
  lua_State *L = lua_newthread(from);
  lua_insert(from, -arguments - 2);
  if (!lua_checkstack(L, arguments + 2)) return NULL;
  lua_pushcfunction(L, task_main);
  lua_xmove(from, L, arguments + 1);
  return L;
}

cs_outcome cs_task_resume(cs_host *h, lua_State *L, bool cancelled) {
  int count = lua_status(L) == LUA_YIELD ? 0 : lua_gettop(L) - 1;
  h->cancelled = cancelled;
  h->host_yield = false;
  h->blocked = NULL;
  cancellation_load(h, L);
  cs_entry entry = enter(h, L);
  int results = 0;
  int status = lua_resume(L, NULL, count, &results);
  leave(h, entry);
  h->cancelled = false;
  if (status == LUA_YIELD) cancellation_store(h, L);
  if (status == LUA_YIELD && !h->host_yield) {
    // coroutine.yield outside any coroutine of the recipe's: refused before it gets here.
    return CS_FAILED;
  }
  return outcome_of(h, L, status);
}

void cs_task_discard(cs_host *h, lua_State *L) {
  (void)h;
  lua_settop(L, 0);
}
