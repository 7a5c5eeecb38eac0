// The state, its memory, and the ways in and out of Lua.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// --- Memory -----------------------------------------------------------------------------------

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

static void *host_allocate(void *context, void *block, size_t old_size, size_t new_size) {
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

size_t cs_host_used(const cs_host *h) { return h->used; }
size_t cs_host_peak(const cs_host *h) { return h->peak; }

// --- Life -------------------------------------------------------------------------------------

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
  lua_gc(h->main, LUA_GCGEN, 0, 0);
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
cs_host *cs_host_of(lua_State *L) { return host_of(L); }
void cs_host_set_cancelled(cs_host *h, bool cancelled) { h->cancelled = cancelled; }
void cs_collect(cs_host *h) { lua_gc(h->main, LUA_GCCOLLECT); }

int cs_registry_index(void) { return LUA_REGISTRYINDEX; }
int cs_upvalue_index(int n) { return lua_upvalueindex(n); }
void cs_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }

// --- Kills ------------------------------------------------------------------------------------

void host_set_running(cs_host *h, lua_State *L) {
  h->running = L;
  atomic_signal_fence(memory_order_seq_cst);
  // A signal that came between two coroutines armed the other one, and so did the end of the other
  // one: this one's <close> variables must not go on.
  if (L && (h->kill_request || h->killed || h->refused)) limits_arm(L);
}

bool host_ran_out_of_memory(lua_State *L, int status) {
  if (status == LUA_ERRMEM) return true;
  // Buffers of the string library raise the same text as a plain error.
  return status == LUA_ERRRUN && lua_type(L, -1) == LUA_TSTRING &&
         strcmp(lua_tostring(L, -1), "not enough memory") == 0;
}

void host_rethrow_kill(lua_State *L, cs_host *h, int status) {
  if (!h->killed && host_ran_out_of_memory(L, status)) h->killed = CS_KILL_MEMORY;
  if (h->killed || host_is_closing_error(L, -1)) lua_error(L);
}

// --- Errors set by Swift ----------------------------------------------------------------------

void cs_error_clear(cs_host *h) {
  for (int i = 0; i < CS_FIELD_COUNT; i++) h->error[i].length = SIZE_MAX;
  h->error_status = 0;
}

void cs_error_set(cs_host *h, cs_field field, const char *bytes, size_t length) {
  cs_text *text = &h->error[field];
  if (length + 1 > text->capacity) {
    char *grown = realloc(text->bytes, length + 1);
    if (grown == NULL) abort();
    text->bytes = grown;
    text->capacity = length + 1;
  }
  if (length) memcpy(text->bytes, bytes, length);
  text->bytes[length] = 0;
  text->length = length;
}

void cs_error_set_status(cs_host *h, int status) { h->error_status = status; }

static void push_error_body(lua_State *L, cs_host *h, bool is_run) {
  cs_text *body = &h->error[CS_FIELD_BODY];
  lua_pushcfunction(L, cs_push_answer_function);
  lua_pushinteger(L, is_run ? CS_ANSWER_RUN : CS_ANSWER_WHOLE);
  lua_pushnil(L);
  lua_pushlstring(L, body->bytes, body->length);
  lua_pushnil(L);
  lua_pushinteger(L, CS_JSON_FROM_SERVER);
  // A body that does not parse is no reason to hide the error it belongs to.
  if (lua_pcall(L, 5, 1, 0) == LUA_OK)
    lua_setfield(L, -2, is_run ? "run" : "body");
  else
    lua_pop(L, 1);
}

static void push_set_error(lua_State *L, cs_host *h) {
  static const char *const names[] = {
      [CS_FIELD_CODE] = "code", [CS_FIELD_OPERATION] = "operation", [CS_FIELD_HINT] = "hint"};
  luaL_checkstack(L, 12, "error");
  cs_text *message = &h->error[CS_FIELD_MESSAGE];
  cs_error_push(L, h->error[CS_FIELD_KIND].bytes, message->bytes, message->length);
  for (int i = CS_FIELD_CODE; i <= CS_FIELD_HINT; i++) {
    if (h->error[i].length == SIZE_MAX) continue;
    lua_pushlstring(L, h->error[i].bytes, h->error[i].length);
    lua_setfield(L, -2, names[i]);
  }
  if (h->error_status) {
    lua_pushinteger(L, h->error_status);
    lua_setfield(L, -2, "status");
  }
  if (h->error[CS_FIELD_BODY].length != SIZE_MAX)
    push_error_body(L, h, strcmp(h->error[CS_FIELD_KIND].bytes, "run") == 0);
}

// --- Cancellation -----------------------------------------------------------------------------

int host_depth_of_protected_calls(lua_State *L) {
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

static bool must_cancel(lua_State *L, cs_host *h) {
  return h->cancelled && h->unwinding == NULL && !in_close_handler(L);
}

static int raise_cancellation(lua_State *L, cs_host *h) {
  h->unwinding = L;
  h->unwinding_depth = host_depth_of_protected_calls(L);
  cs_raise(L, "cancelled", NULL, "the task was cancelled");
}

// A protected call caught an error: when it is the one (or one around it) that a cancellation was
// unwinding to, the clean-up is over and the next wait is cancelled again.
void host_caught(lua_State *L, cs_host *h) {
  if (h->unwinding == NULL) return;
  if (h->unwinding == L) {
    if (host_depth_of_protected_calls(L) <= h->unwinding_depth) h->unwinding = NULL;
  }
}

// Tasks that clean up after a cancellation may wait meanwhile: what is known of each is kept beside
// the task. They are few.
static void load_cleanup(cs_host *h, lua_State *task) {
  h->unwinding = NULL;
  for (size_t i = 0; i < h->cleanup_count; i++) {
    if (h->cleanups[i].task != task) continue;
    h->unwinding = h->cleanups[i].thread;
    h->unwinding_depth = h->cleanups[i].depth;
    h->cleanups[i] = h->cleanups[--h->cleanup_count];
    return;
  }
}

static void store_cleanup(cs_host *h, lua_State *task) {
  if (h->unwinding == NULL) return;
  if (h->cleanup_count == h->cleanup_capacity) {
    h->cleanup_capacity = h->cleanup_capacity ? 2 * h->cleanup_capacity : 8;
    h->cleanups = realloc(h->cleanups, h->cleanup_capacity * sizeof *h->cleanups);
    if (h->cleanups == NULL) abort();
  }
  h->cleanups[h->cleanup_count++] = (cs_cleanup){task, h->unwinding, h->unwinding_depth};
  h->unwinding = NULL;
}

// --- Trampolines ------------------------------------------------------------------------------

static void over_memory(lua_State *L, cs_host *h) {
  lua_gc(L, LUA_GCCOLLECT);
  if (h->used <= h->limits.memory) return;
  h->killed = CS_KILL_MEMORY;
  lua_pushliteral(L, "memory limit reached");
  lua_error(L);
}

static int call_swift(lua_State *L, cs_host *h, cs_function function, void *context, int64_t tag) {
  h->swift_depth++;
  int code = function(context, L, tag);
  h->swift_depth--;
  if (h->limits.memory && h->used > h->limits.memory && code != CS_WAIT) over_memory(L, h);
  if (code == CS_ERROR) {
    push_set_error(L, h);
    lua_error(L);
  }
  if (code == CS_ERROR_VALUE) {
    host_rethrow_kill(L, h, LUA_OK);
    lua_error(L);
  }
  return code;
}

static int resume_with_results(lua_State *L, cs_host *h, lua_State *source) {
  // A finished task keeps, from index 1: true and its results, or false, the error and where.
  int count = lua_gettop(source) - 1;
  luaL_checkstack(L, count + 1, "too many results");
  bool succeeded = lua_toboolean(source, 1);
  if (!succeeded) count = 1;
  if (!lua_checkstack(source, count + 1)) cs_raise(L, "argument", "return a table", "too many results");
  for (int i = 0; i < count; i++) lua_pushvalue(source, 2 + i);
  lua_xmove(source, L, count);
  (void)h;
  return succeeded ? count : lua_error(L);
}

static int continue_wait(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  cs_host *h = host_of(L);
  cs_wake wake = h->wake;
  h->wake = (cs_wake){0};
  lua_settop(L, 0);
  switch (wake.kind) {
    case CS_WAKE_NOTHING:
      return 0;
    case CS_WAKE_ERROR:
      push_set_error(L, h);
      return lua_error(L);
    case CS_WAKE_CANCELLED:
      return raise_cancellation(L, h);
    case CS_WAKE_ANSWER:
      cs_push_answer(
          L, wake.shape, wake.key, wake.body, wake.body_length, wake.rows, wake.rows_length,
          wake.flags);
      return 1;
    case CS_WAKE_RESULTS:
      return resume_with_results(L, h, wake.source);
    case CS_WAKE_INTEGER:
      lua_pushinteger(L, wake.integer);
      return 1;
    case CS_WAKE_SWIFT:
      return call_swift(L, h, wake.resume, wake.context, wake.integer);
  }
  return 0;
}

void cs_host_set_wake(cs_host *h, cs_wake wake) { h->wake = wake; }

// Names the C function that a wait cannot cross.
void host_wrong_wait(lua_State *L, cs_host *h) {
  lua_State *at = lua_isyieldable(L) && h->blocked ? h->blocked : L;
  lua_Debug ar;
  const char *name = NULL;
  for (int level = 1; lua_getstack(at, level, &ar); level++) {
    lua_getinfo(at, "Sn", &ar);
    if (ar.what[0] == 'C' && ar.name) {
      name = ar.name;
      break;
    }
    if (ar.what[0] != 'C' && ar.name && strcmp(ar.namewhat, "metamethod") == 0) name = ar.name;
  }
  if (name)
    cs_raise(
        L, "argument", "do the waiting before or after, and keep only the arithmetic inside",
        "cannot wait inside the function that '%s' calls", name);
  cs_raise(
      L, "argument", "call it from the recipe's own code", "cannot wait here: Lua cannot yield");
}

static int trampoline(lua_State *L) {
  return call_swift(
      L, host_of(L), (cs_function)lua_touserdata(L, lua_upvalueindex(1)),
      lua_touserdata(L, lua_upvalueindex(2)), lua_tointeger(L, lua_upvalueindex(3)));
}

static int waiting_trampoline(lua_State *L) {
  cs_host *h = host_of(L);
  if (!lua_isyieldable(L) || h->blocked) host_wrong_wait(L, h);
  if (h->cancelled && must_cancel(L, h)) return raise_cancellation(L, h);
  int code = trampoline(L);
  if (code != CS_WAIT) return code;
  h->host_yield = true;
  return lua_yieldk(L, 0, 0, continue_wait);
}

void cs_push_function(
    lua_State *L, cs_function function, void *context, int64_t tag, bool waits, const char *name) {
  (void)name;
  lua_pushlightuserdata(L, (void *)function);
  lua_pushlightuserdata(L, context);
  lua_pushinteger(L, tag);
  lua_pushcclosure(L, waits ? waiting_trampoline : trampoline, 3);
}

static int called(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L);
}

static int call_without_self(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_replace(L, 1);
  lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, called);
  return lua_gettop(L);
}

void cs_make_callable(lua_State *L, int index) {
  index = lua_absindex(L, index);
  lua_pushcclosure(L, call_without_self, 1);
  if (!lua_getmetatable(L, index)) lua_createtable(L, 0, 1);
  lua_pushliteral(L, "__call");
  lua_rotate(L, -3, -1);
  lua_rawset(L, -3);
  lua_setmetatable(L, index);
}

// --- Entering ---------------------------------------------------------------------------------

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

static cs_outcome outcome_of(cs_host *h, int status) {
  if (status == LUA_ERRMEM && !h->killed) h->killed = CS_KILL_MEMORY;
  if (h->killed) return CS_KILLED;
  if (status == LUA_YIELD) return CS_WAITING;
  return status == LUA_OK ? CS_DONE : CS_FAILED;
}

cs_outcome cs_load(cs_host *h, lua_State *L, const char *text, size_t length, const char *name) {
  cs_entry entry = enter(h, L);
  int status = luaL_loadbufferx(L, text, length, name, "t");
  leave(h, entry);
  return outcome_of(h, status);
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
  return outcome_of(h, status);
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
  load_cleanup(h, L);
  cs_entry entry = enter(h, L);
  int results = 0;
  int status = lua_resume(L, NULL, count, &results);
  leave(h, entry);
  h->cancelled = false;
  if (status == LUA_YIELD) store_cleanup(h, L);
  if (status == LUA_YIELD && !h->host_yield) {
    // coroutine.yield outside any coroutine of the recipe's: refused before it gets here.
    return CS_FAILED;
  }
  return outcome_of(h, status);
}

void cs_task_discard(cs_host *h, lua_State *L) {
  (void)h;
  lua_settop(L, 0);
}
