// The basic library, without what reaches outside the sandbox (design §3).
#include <string.h>

#include "internal.h"

// --- Text of values ---------------------------------------------------------------------------

// As luaL_tolstring, but no addresses: they would tell a recipe about memory and differ by run.
const char *base_tostring(lua_State *L, int index, size_t *length) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TNIL: case LUA_TBOOLEAN: case LUA_TNUMBER: case LUA_TSTRING:
      return luaL_tolstring(L, index, length);
    default:
      break;
  }
  if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
    return lua_tolstring(L, -1, length);
  }
  if (lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL) {
    lua_pushliteral(L, "null");
  } else {
    int type = luaL_getmetafield(L, index, "__name");
    if (type != LUA_TNIL && type != LUA_TSTRING) lua_pop(L, 1);
    if (type != LUA_TSTRING) lua_pushstring(L, luaL_typename(L, index));
  }
  return lua_tolstring(L, -1, length);
}

static int base_tostring_function(lua_State *L) {
  luaL_checkany(L, 1);
  base_tostring(L, 1, NULL);
  return 1;
}

static int base_print(lua_State *L) {
  cs_host *h = host_of(L);
  int count = lua_gettop(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&buffer, '\t');
    base_tostring(L, i, NULL);
    luaL_addvalue(&buffer);
  }
  luaL_addchar(&buffer, '\n');
  luaL_pushresult(&buffer);
  size_t length;
  const char *line = lua_tolstring(L, -1, &length);
  h->swift_depth++;
  if (h->print) h->print(h->print_context, line, length);
  h->swift_depth--;
  return 0;
}

// --- Protected calls --------------------------------------------------------------------------

static int protected_end(lua_State *L, int status, lua_KContext extra) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)extra;
  cs_host *h = host_of(L);
  host_rethrow_kill(L, h, status);
  cancellation_caught(L, h);
  lua_pushboolean(L, 0);
  lua_pushvalue(L, -2);
  return 2;
}

int host_protected_call(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return protected_end(
      L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, protected_end), 0);
}

// The recipe's message handler must not see (and keep) what it may not catch.
static int guarded_handler(lua_State *L) {
  cs_host *h = host_of(L);
  if (h->killed || coroutine_is_closing(L)) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

int host_protected_call_handler(lua_State *L) {
  int count = lua_gettop(L) - 2;
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  return protected_end(L, lua_pcallk(L, count, LUA_MULTRET, 2, 2, protected_end), 2);
}

// --- Iteration --------------------------------------------------------------------------------

static int ipairs_got(lua_State *L, int status, lua_KContext index) {
  (void)status;
  if (lua_isnil(L, -1)) return 1;
  lua_pushinteger(L, (lua_Integer)index);
  lua_insert(L, -2);
  return 2;
}

// Stock ipairs cannot wait inside __index; an index from a C function goes through lua_callk here.
static int ipairs_next(lua_State *L) {
  lua_Integer index = (lua_Integer)((lua_Unsigned)lua_tointeger(L, 2) + 1);
  if (lua_type(L, 1) == LUA_TTABLE) {
    if (lua_rawgeti(L, 1, index) != LUA_TNIL) return ipairs_got(L, LUA_OK, (lua_KContext)index);
    lua_pop(L, 1);
  }
  int type = luaL_getmetafield(L, 1, "__index");
  if (type == LUA_TNIL && lua_type(L, 1) == LUA_TTABLE) return lua_pushnil(L), 1;
  if (type != LUA_TFUNCTION) {
    lua_geti(L, 1, index);
    return ipairs_got(L, LUA_OK, (lua_KContext)index);
  }
  lua_pushvalue(L, 1);
  lua_pushinteger(L, index);
  lua_callk(L, 2, 1, (lua_KContext)index, ipairs_got);
  return ipairs_got(L, LUA_OK, (lua_KContext)index);
}

static int base_ipairs(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushcfunction(L, ipairs_next);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

// --- Loading ----------------------------------------------------------------------------------

#define READER_SLOT 5

static const char *load_reader(lua_State *L, void *context, size_t *size) {
  (void)context;
  luaL_checkstack(L, 2, "too many nested functions");
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *size = 0;
    return NULL;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
  lua_replace(L, READER_SLOT);
  return lua_tolstring(L, READER_SLOT, size);
}

// Text only: bytecode can crash the VM.
static int base_load(lua_State *L) {
  cs_host *h = host_of(L);
  const char *mode = luaL_optstring(L, 3, "t");
  if (strchr(mode, 't') == NULL)
    return luaL_error(L, "load takes text only: a recipe cannot run bytecode");
  bool has_environment = !lua_isnone(L, 4);
  size_t length;
  const char *text = lua_tolstring(L, 1, &length);
  int status;
  if (text) {
    status = luaL_loadbufferx(L, text, length, luaL_optstring(L, 2, text), "t");
  } else {
    const char *name = luaL_optstring(L, 2, "=(load)");
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, READER_SLOT);
    status = lua_load(L, load_reader, NULL, name, "t");
  }
  if (status != LUA_OK) {
    host_rethrow_kill(L, h, status);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (has_environment) {
    lua_pushvalue(L, 4);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
  }
  return 1;
}

// --- Metatables and the collector -------------------------------------------------------------

static int base_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (type == LUA_TTABLE) {
    // Limits do not reach into finalizers: Lua switches hooks off there.
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL)
      cs_raise(L, "argument", "use a <close> variable", "setmetatable: '__gc' is not available in recipes");
    lua_pop(L, 1);
  }
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static int base_collectgarbage(lua_State *L) {
  const char *option = luaL_optstring(L, 1, "count");
  if (strcmp(option, "count") != 0)
    cs_raise(
        L, "argument", "collectgarbage(\"count\") tells the kilobytes in use",
        "collectgarbage: the option '%s' is not available in recipes", option);
  lua_pushnumber(L, (lua_Number)host_of(L)->used / 1024);
  return 1;
}

static int base_traceback(lua_State *L) {
  lua_State *of = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  int arguments = of == L ? 0 : 1;
  if (!lua_isnoneornil(L, arguments + 1) && !lua_isstring(L, arguments + 1)) {
    lua_pushvalue(L, arguments + 1);
    return 1;
  }
  int level = (int)luaL_optinteger(L, arguments + 2, of == L ? 1 : 0);
  const char *message = lua_tostring(L, arguments + 1);
  lua_pushstring(L, message ? message : "");
  lua_pushstring(L, message ? "\n" : "");
  cs_push_traceback(L, of, level);
  lua_concat(L, 3);
  return 1;
}

// --- Opening ----------------------------------------------------------------------------------

static void open_stock(lua_State *L, const char *name, lua_CFunction open) {
  luaL_requiref(L, name, open, 1);
  lua_pop(L, 1);
}

static void remove_globals(lua_State *L) {
  static const char *const names[] = {"dofile", "loadfile", "warn", NULL};
  for (int i = 0; names[i]; i++) {
    lua_pushnil(L);
    lua_setglobal(L, names[i]);
  }
}

void base_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"tostring", base_tostring_function}, {"print", base_print},
      {"pcall", host_protected_call},       {"xpcall", host_protected_call_handler},
      {"ipairs", base_ipairs},              {"load", base_load},
      {"setmetatable", base_setmetatable},  {"collectgarbage", base_collectgarbage},
      {NULL, NULL}};
  open_stock(L, LUA_GNAME, luaopen_base);
  open_stock(L, LUA_TABLIBNAME, luaopen_table);
  open_stock(L, LUA_MATHLIBNAME, luaopen_math);
  open_stock(L, LUA_UTF8LIBNAME, luaopen_utf8);
  // What requiref keeps would be a way back to the stock functions.
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushglobaltable(L);
  luaL_setfuncs(L, functions, 0);
  remove_globals(L);
  lua_newtable(L);
  lua_pushcfunction(L, base_traceback);
  lua_setfield(L, -2, "traceback");
  lua_setfield(L, -2, "debug");
  lua_pop(L, 1);
}
