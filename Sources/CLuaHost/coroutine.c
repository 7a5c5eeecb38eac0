// The recipe's coroutines. A host wait inside one passes through its resumer to the scheduler and
// back; coroutine.close lets the <close> variables it runs wait; kills pass through all of them.
#include <string.h>

#include "internal.h"

// Whether the recipe made the coroutine at `index`: a task is not the recipe's to yield, resume or
// close.
static bool is_recipes(lua_State *L, int index) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 2, NULL);
  lua_getfield(L, LUA_REGISTRYINDEX, "cargo.coroutines");
  lua_pushvalue(L, index);
  lua_rawget(L, -2);
  bool own = lua_toboolean(L, -1);
  lua_pop(L, 2);
  return own;
}

// --- Being closed ------------------------------------------------------------------------------
//
// coroutine.close resumes the coroutine, and its coroutine.yield raises nil: what its <close>
// variables are told when there was no error. Until it has ended, its entry among the coroutines is
// the number of protected calls that are yet to be unwound.

static int calls_to_unwind(lua_State *L) {
  luaL_checkstack(L, 3, NULL);
  // A state without libraries has no coroutines.
  if (lua_getfield(L, LUA_REGISTRYINDEX, "cargo.coroutines") != LUA_TTABLE) return lua_pop(L, 1), -1;
  lua_pushthread(L);
  int count = lua_rawget(L, -2) == LUA_TNUMBER ? (int)lua_tointeger(L, -1) : -1;
  lua_pop(L, 2);
  return count;
}

static void set_calls_to_unwind(lua_State *L, int count) {
  luaL_checkstack(L, 3, NULL);
  lua_getfield(L, LUA_REGISTRYINDEX, "cargo.coroutines");
  lua_pushthread(L);
  lua_pushinteger(L, count);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

bool coroutine_is_closing(lua_State *L) {
  int count = calls_to_unwind(L);
  return count >= 0 && host_protected_depth(L) <= count;
}

bool coroutine_unwinds(lua_State *L) {
  if (!coroutine_is_closing(L)) return false;
  set_calls_to_unwind(L, host_protected_depth(L) - 1);
  return true;
}

// --- Inside a coroutine -----------------------------------------------------------------------

static int main_end(lua_State *L, int status, lua_KContext context) {
  (void)context;
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L);
  cs_host *h = host_of(L);
  if (!h->killed && lua_isnil(L, -1) && calls_to_unwind(L) >= 0) return 0;
  return lua_error(L);
}

// The first function of every coroutine: a protected call with a continuation, so that its <close>
// variables may wait after an error too.
int coroutine_main(lua_State *L) {
  return main_end(L, lua_pcallk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, 0, main_end), 0);
}

static int yield_end(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  if (calls_to_unwind(L) < 0) return lua_gettop(L);
  lua_pushnil(L);
  return lua_error(L);
}

static int co_yield(lua_State *L) {
  if (!lua_isyieldable(L)) return luaL_error(L, "cannot yield here: a built-in function is in the way");
  lua_pushthread(L);
  bool own = is_recipes(L, -1);
  lua_pop(L, 1);
  if (!own) return luaL_error(L, "attempt to yield from outside a coroutine");
  if (calls_to_unwind(L) >= 0) return luaL_error(L, "cannot yield from a coroutine that is being closed");
  return lua_yieldk(L, lua_gettop(L), 0, yield_end);
}

// Whether a suspended coroutine sits in a host wait rather than in coroutine.yield.
bool coroutine_waits_in_host(lua_State *co) {
  lua_Debug ar;
  if (lua_status(co) != LUA_YIELD || !lua_getstack(co, 0, &ar)) return false;
  if (!lua_checkstack(co, 1)) return true;
  lua_getinfo(co, "f", &ar);
  bool is_yield = lua_tocfunction(co, -1) == co_yield;
  lua_pop(co, 1);
  return !is_yield;
}

// --- From outside -----------------------------------------------------------------------------

static lua_State *get_coroutine(lua_State *L, int index) {
  lua_State *co = lua_tothread(L, index);
  luaL_argexpected(L, co, index, "coroutine");
  return co;
}

static const char *status_of(lua_State *L, lua_State *co) {
  if (L == co) return "running";
  switch (lua_status(co)) {
    case LUA_YIELD:
      return coroutine_waits_in_host(co) ? "normal" : "suspended";
    case LUA_OK: {
      lua_Debug ar;
      if (lua_getstack(co, 0, &ar)) return "normal";
      return lua_gettop(co) == 0 ? "dead" : "suspended";
    }
    default:
      return "dead";
  }
}

static int co_status(lua_State *L) {
  lua_pushstring(L, status_of(L, get_coroutine(L, 1)));
  return 1;
}

static lua_State *create(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushcfunction(co, coroutine_main);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_getfield(L, LUA_REGISTRYINDEX, "cargo.coroutines");
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return co;
}

static int co_create(lua_State *L) {
  create(L);
  return 1;
}

// Runs `co` with `count` arguments on its stack until it ends, yields or waits.
static int run(lua_State *L, lua_State *co, int count, int *results) {
  cs_host *h = host_of(L);
  lua_State *blocked = h->blocked;
  if (!lua_isyieldable(L) && !blocked) h->blocked = L;
  h->host_yield = false;
  host_set_running(h, co);
  int status = lua_resume(co, L, count, results);
  host_set_running(h, L);
  h->blocked = blocked;
  // It has left the clean-up of its cancellation: for good, or by a coroutine.yield in the middle.
  if (h->unwinding == co && !(status == LUA_YIELD && h->host_yield)) h->unwinding = NULL;
  if (status != LUA_OK && status != LUA_YIELD) {
    if (!h->killed && host_ran_out_of_memory(co, status)) h->killed = CS_KILL_MEMORY;
    if (h->killed) {
      lua_pushliteral(L, "ended");
      lua_error(L);
    }
    cancellation_caught(L, h);
  }
  return status;
}

enum { FOR_RESUME, FOR_WRAP };

// Takes a coroutine's values, or passes its wait on to whoever resumed this one.
static int finish_resume(lua_State *L, lua_State *co, int status, int results, int mode);

static int resume_end(lua_State *L, int status, lua_KContext mode) {
  (void)status;
  lua_State *co = lua_tothread(L, 1);
  int results = 0;
  status = run(L, co, 0, &results);
  return finish_resume(L, co, status, results, (int)mode);
}

static int finish_resume(lua_State *L, lua_State *co, int status, int results, int mode) {
  if (status == LUA_YIELD && host_of(L)->host_yield)
    return lua_yieldk(L, 0, (lua_KContext)mode, resume_end);
  if (status == LUA_OK || status == LUA_YIELD) {
    if (!lua_checkstack(L, results + 2)) {
      lua_pop(co, results);
      return luaL_error(L, "too many results");
    }
    int first = mode == FOR_RESUME;
    if (first) lua_pushboolean(L, 1);
    lua_xmove(co, L, results);
    return results + first;
  }
  if (mode == FOR_RESUME) {
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
  }
  lua_xmove(co, L, 1);
  return lua_error(L);
}

static int resume(lua_State *L, lua_State *co, int count, int mode) {
  const char *refused = NULL;
  const char *state = status_of(L, co);
  if (coroutine_waits_in_host(co)) refused = "cannot resume a coroutine that waits for a call";
  else if (strcmp(state, "dead") == 0) refused = "cannot resume dead coroutine";
  else if (strcmp(state, "suspended") != 0) refused = "cannot resume non-suspended coroutine";
  else if (!lua_checkstack(co, count + 1)) refused = "too many arguments to resume";
  if (refused) {
    if (mode == FOR_WRAP) return luaL_error(L, "%s", refused);
    lua_pushboolean(L, 0);
    lua_pushstring(L, refused);
    return 2;
  }
  lua_xmove(L, co, count);
  int results = 0;
  int start = lua_status(co) == LUA_OK ? lua_gettop(co) - 1 : count;
  int status = run(L, co, start, &results);
  return finish_resume(L, co, status, results, mode);
}

static int co_resume(lua_State *L) {
  lua_State *co = get_coroutine(L, 1);
  if (co != L && !coroutine_waits_in_host(co) && !is_recipes(L, 1)) {
    lua_pushboolean(L, 0);
    lua_pushliteral(L, "cannot resume a task");
    return 2;
  }
  return resume(L, co, lua_gettop(L) - 1, FOR_RESUME);
}

static int wrapped(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return resume(L, lua_tothread(L, 1), lua_gettop(L) - 1, FOR_WRAP);
}

static int co_wrap(lua_State *L) {
  create(L);
  lua_pushcclosure(L, wrapped, 1);
  return 1;
}

// --- Closing ----------------------------------------------------------------------------------

static int close_end(lua_State *L, int status, lua_KContext context);

static int finish_close(lua_State *L, lua_State *co, int status) {
  if (status == LUA_YIELD) return lua_yieldk(L, 0, 0, close_end);
  if (status == LUA_OK) {
    lua_settop(co, 0);
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);
  lua_resetthread(co);
  lua_settop(co, 0);
  return 2;
}

static int close_end(lua_State *L, int status, lua_KContext context) {
  (void)context;
  lua_State *co = lua_tothread(L, 1);
  int results = 0;
  status = run(L, co, 0, &results);
  return finish_close(L, co, status);
}

static int co_close(lua_State *L) {
  lua_State *co = get_coroutine(L, 1);
  lua_settop(L, 1);
  if (coroutine_waits_in_host(co)) return luaL_error(L, "cannot close a coroutine that waits for a call");
  const char *state = status_of(L, co);
  if (strcmp(state, "running") == 0 || strcmp(state, "normal") == 0)
    return luaL_error(L, "cannot close a %s coroutine", state);
  if (!is_recipes(L, 1)) return luaL_error(L, "cannot close a task");
  if (lua_status(co) == LUA_YIELD) {
    int results = 0;
    set_calls_to_unwind(co, host_protected_depth(co));
    return finish_close(L, co, run(L, co, 0, &results));
  }
  // Dead, or never started: nothing of the recipe's is left to run.
  int status = lua_resetthread(co);
  if (status == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);
  return 2;
}

static int co_running(lua_State *L) {
  lua_pushthread(L);
  lua_pushboolean(L, 0);  // a task counts as a coroutine: it can wait
  return 2;
}

static int co_is_yieldable(lua_State *L) {
  lua_State *co = lua_isnone(L, 1) ? L : get_coroutine(L, 1);
  lua_pushboolean(L, lua_isyieldable(co));
  return 1;
}

void coroutine_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"create", co_create},   {"resume", co_resume},   {"running", co_running},
      {"status", co_status},   {"wrap", co_wrap},       {"yield", co_yield},
      {"close", co_close},     {"isyieldable", co_is_yieldable},
      {NULL, NULL}};
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, "cargo.coroutines");
  luaL_newlib(L, functions);
  lua_setglobal(L, "coroutine");
}
