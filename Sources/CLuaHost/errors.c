#include "errors.h"

#include <lauxlib.h>
#include <stdarg.h>

// The metatable is in the registry twice: by its name for the host, and by this address, which is
// found without making a string and so without a way to fail.
static char metatable_key;

// __tostring: the message and, on a second line, the hint.
static int error_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushliteral(L, "message");
  lua_rawget(L, 1);
  if (lua_type(L, 2) != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushliteral(L, "error");
  }
  lua_pushliteral(L, "hint");
  lua_rawget(L, 1);
  if (lua_type(L, 3) != LUA_TSTRING) {
    lua_settop(L, 2);
    return 1;
  }
  lua_pushliteral(L, "\n  hint: ");
  lua_insert(L, 3);
  lua_concat(L, 3);
  return 1;
}

static void push_metatable(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 3);
  lua_pushcfunction(L, error_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, "error");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, CS_ERROR_METATABLE);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}

void cs_error_push(lua_State *L, const char *kind, const char *message, size_t length) {
  luaL_checkstack(L, 4, NULL);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, kind);
  lua_setfield(L, -2, "kind");
  lua_pushlstring(L, message, length);
  lua_setfield(L, -2, "message");
  push_metatable(L);
  lua_setmetatable(L, -2);
}

void cs_raise(lua_State *L, const char *kind, const char *hint, const char *format, ...) {
  luaL_checkstack(L, 6, NULL);
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  size_t length;
  const char *message = lua_tolstring(L, -1, &length);
  cs_error_push(L, kind, message, length);
  if (hint) {
    lua_pushstring(L, hint);
    lua_setfield(L, -2, "hint");
  }
  lua_error(L);
  __builtin_unreachable();
}

int cs_is_error(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE || !lua_checkstack(L, 2)) return 0;
  if (!lua_getmetatable(L, index)) return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  int same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}
