// The Lua module `json` (design §4.4).

#include <lauxlib.h>
#include <string.h>

#include "errors.h"
#include "json_state.h"

// Raises unless the argument is there and has the type; says what it is instead.
static void check_type(lua_State *L, int index, int type, const char *function, const char *what) {
  if (lua_type(L, index) == type) return;
  cs_raise(
      L, "argument", NULL, "%s: %s is expected, not %s", function, what,
      lua_isnone(L, index) ? "nothing" : luaL_typename(L, index));
}

// Pushes the option `name` of the options at `index`; nil when there are none. Raises for any other
// option than this one.
static void push_option(lua_State *L, int index, const char *function, const char *name) {
  if (lua_isnoneornil(L, index)) {
    lua_pushnil(L);
    return;
  }
  check_type(L, index, LUA_TTABLE, function, "a table of options");
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING || strcmp(lua_tostring(L, -1), name) != 0) {
      lua_pushvalue(L, -1);
      cs_raise(
          L, "argument", NULL, "%s: unknown option '%s'; there is '%s'", function,
          lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_typename(L, -1), name);
    }
  }
  lua_pushstring(L, name);
  lua_rawget(L, index);
}

// json.decode(text, { nulls = "keep" })
static int json_decode(lua_State *L) {
  check_type(L, 1, LUA_TSTRING, "json.decode", "a text");
  unsigned flags = 0;
  push_option(L, 2, "json.decode", "nulls");
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TSTRING || strcmp(lua_tostring(L, -1), "keep") != 0) {
      cs_raise(L, "argument", NULL, "json.decode: nulls can only be \"keep\"");
    }
    flags = CS_JSON_KEEP_NULLS;
  }
  size_t length;
  const char *bytes = lua_tolstring(L, 1, &length);
  cs_json_decode(L, bytes, length, flags);
  return 1;
}

static void put_line(cs_buffer *out, int depth) {
  out->bytes[out->length++] = '\n';
  memset(out->bytes + out->length, ' ', 2 * (size_t)depth);
  out->length += 2 * (size_t)depth;
}

// Spreads compact JSON over indented lines; empty lists and objects stay on theirs. False when the
// text grows beyond the buffer's limit.
static int indent(const cs_buffer *compact, cs_buffer *out) {
  int depth = 0;
  int in_string = 0;
  for (size_t i = 0; i < compact->length; i++) {
    if (!json_buffer_reserve(out, 2 * CS_JSON_MAX_DEPTH + 8)) return 0;
    char c = compact->bytes[i];
    char next = i + 1 < compact->length ? compact->bytes[i + 1] : 0;
    if (in_string) {
      out->bytes[out->length++] = c;
      if (c == '\\') out->bytes[out->length++] = compact->bytes[++i];
      in_string = c != '"';
      continue;
    }
    if (c == '}' || c == ']') put_line(out, --depth);
    out->bytes[out->length++] = c;
    if (c == '"') in_string = 1;
    if (c == ':') out->bytes[out->length++] = ' ';
    if (c == ',') put_line(out, depth);
    if (c == '{' || c == '[') {
      if (next == '}' || next == ']') {
        out->bytes[out->length++] = next;
        i++;
      } else {
        put_line(out, ++depth);
      }
    }
  }
  return 1;
}

// json.encode(value, { pretty = true })
static int json_encode(lua_State *L) {
  if (lua_isnone(L, 1)) cs_raise(L, "argument", NULL, "json.encode: a value is expected");
  push_option(L, 2, "json.encode", "pretty");
  int is_pretty = lua_toboolean(L, -1);
  json_state *state = json_state_get(L);
  cs_buffer_reset(&state->buffer);
  json_limit_buffer(L, &state->buffer);
  cs_json_encode(L, 1, NULL, &state->buffer);
  const cs_buffer *text = &state->buffer;
  if (is_pretty) {
    cs_buffer_reset(&state->scratch);
    json_limit_buffer(L, &state->scratch);
    if (!indent(text, &state->scratch)) {
      cs_raise(L, "argument", NULL, "json.encode: the indented text is too large");
    }
    text = &state->scratch;
  }
  lua_pushlstring(L, text->bytes, text->length);
  return 1;
}

// json.array{ … }: marks a table as a list, so that it is one even when it is empty.
static int json_array(lua_State *L) {
  if (lua_isnone(L, 1)) {
    lua_newtable(L);
  } else {
    check_type(L, 1, LUA_TTABLE, "json.array", "a table");
    lua_settop(L, 1);
    if (lua_getmetatable(L, 1)) {
      cs_array_metatable(L);
      if (!lua_rawequal(L, -1, -2)) {
        cs_raise(L, "argument", NULL, "json.array: the table has a metatable of its own");
      }
      lua_settop(L, 1);
    }
  }
  cs_array_metatable(L);
  lua_setmetatable(L, -2);
  return 1;
}

int cs_open_json(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"decode", json_decode}, {"encode", json_encode}, {"array", json_array}, {NULL, NULL}};
  luaL_checkstack(L, 4, NULL);
  lua_createtable(L, 0, 4);
  luaL_setfuncs(L, functions, 0);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  return 1;
}
