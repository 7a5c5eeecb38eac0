// The string library, without bytecode and addresses and with its metatable protected.
#include <string.h>

#include "internal.h"

// Goes on as Lua's own function, in the same frame: its errors name the function that was called.
static int stock(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

// An empty string repeated a trillion times is a loop that nothing ends.
static int text_rep(lua_State *L) {
  size_t length, separator_length = 0;
  luaL_checklstring(L, 1, &length);
  luaL_checkinteger(L, 2);
  if (!lua_isnoneornil(L, 3)) luaL_checklstring(L, 3, &separator_length);
  if (length == 0 && separator_length == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  return stock(L);
}

// Stock %s shows the addresses of tables and functions, and %p is made for that.
static int text_format(lua_State *L) {
  size_t length;
  const char *format = luaL_checklstring(L, 1, &length);
  const char *end = format + length;
  int argument = 1;
  for (const char *at = format; at < end; at++) {
    if (*at != '%') continue;
    if (++at >= end) break;
    if (*at == '%') continue;
    while (at < end && strchr("-+ #0123456789.", *at) && *at) at++;
    if (at >= end) break;
    argument++;
    if (*at == 'p')
      cs_raise(L, "argument", NULL, "string.format: '%%p' is not available in recipes");
    if (*at != 's' || argument > lua_gettop(L)) continue;
    int type = lua_type(L, argument);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) continue;
    base_tostring(L, argument, NULL);
    lua_replace(L, argument);
  }
  return stock(L);
}

static void wrap(lua_State *L, const char *name, lua_CFunction function) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

void text_open(lua_State *L) {
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  wrap(L, "rep", text_rep);
  wrap(L, "format", text_format);
  // Changing the metatable of strings would change every string of the host's own code.
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 3);
}
