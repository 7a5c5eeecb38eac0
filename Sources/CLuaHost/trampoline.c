// From Lua into Swift and back: the frames that raise and yield for it.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

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

// --- Trampolines ------------------------------------------------------------------------------

void host_require_memory(lua_State *L, size_t more) {
  cs_host *h = host_of(L);
  if (h == NULL || !h->limits.memory || h->used + more <= h->limits.memory) return;
  lua_gc(L, LUA_GCCOLLECT);
  if (h->used + more <= h->limits.memory) return;
  h->killed = CS_KILL_MEMORY;
  lua_pushliteral(L, "memory limit reached");
  lua_error(L);
}

size_t host_memory_left(lua_State *L) {
  cs_host *h = host_of(L);
  if (h == NULL || !h->limits.memory) return SIZE_MAX;
  return h->used < h->limits.memory ? h->limits.memory - h->used : 0;
}

static int call_swift(lua_State *L, cs_host *h, cs_function function, void *context, int64_t tag) {
  h->swift_depth++;
  int code = function(context, L, tag);
  h->swift_depth--;
  if (code != CS_WAIT) host_require_memory(L, 0);
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

int cs_take_results(lua_State *L, lua_State *source) {
  // A finished task keeps, from index 1: true and its results, or false, the error and where.
  bool succeeded = lua_toboolean(source, 1);
  int count = succeeded ? lua_gettop(source) - 1 : 1;
  if (!lua_checkstack(L, count + 1) || !lua_checkstack(source, count + 1)) return CS_NO_ROOM;
  for (int i = 0; i < count; i++) lua_pushvalue(source, 2 + i);
  lua_xmove(source, L, count);
  return succeeded ? count : CS_ERROR_VALUE;
}

static int resume_with_results(lua_State *L, lua_State *source) {
  int count = cs_take_results(L, source);
  if (count == CS_NO_ROOM) cs_raise(L, "argument", "return a table", "too many results");
  return count == CS_ERROR_VALUE ? lua_error(L) : count;
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
      return cancellation_raise(L, h);
    case CS_WAKE_ANSWER:
      cs_push_answer(
          L, wake.shape, wake.key, wake.body, wake.body_length, wake.rows, wake.rows_length,
          wake.flags);
      return 1;
    case CS_WAKE_RESULTS:
      return resume_with_results(L, wake.source);
    case CS_WAKE_SWIFT:
      return call_swift(L, h, wake.resume, wake.context, 0);
  }
  return 0;
}

void cs_host_set_wake(cs_host *h, cs_wake wake) { h->wake = wake; }

// Names the C function that a wait cannot cross.
_Noreturn static void wrong_wait(lua_State *L, cs_host *h) {
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
  if (!lua_isyieldable(L) || h->blocked) wrong_wait(L, h);
  if (h->cancelled && cancellation_is_due(L, h)) return cancellation_raise(L, h);
  int code = trampoline(L);
  if (code != CS_WAIT) return code;
  h->host_yield = true;
  return lua_yieldk(L, 0, 0, continue_wait);
}

void cs_push_function(
    lua_State *L, cs_function function, void *context, int64_t tag, bool waits) {
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
