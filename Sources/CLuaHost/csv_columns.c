// Which columns rows have: from the header or the options.
#include <stdlib.h>
#include <string.h>

#include "csv_reader.h"
#include "errors.h"

char csv_row_keys;

// Pushes a name for the column at `position` that no earlier one has.
static void push_name(
    lua_State *L, int names, int taken, const char *bytes, size_t length, size_t position) {
  if (length == 0) {
    lua_pushfstring(L, "column_%I", (LUAI_UACINT)position + 1);
  } else {
    lua_pushlstring(L, bytes, length);
  }
  int base = lua_gettop(L);
  lua_pushvalue(L, base);
  for (int number = 2;; number++) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, taken) == LUA_TNIL) break;
    lua_pop(L, 2);
    lua_pushfstring(L, "%s_%d", lua_tostring(L, base), number);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_pushinteger(L, (lua_Integer)position + 1);
  lua_rawset(L, taken);
  lua_rawseti(L, names, (lua_Integer)position + 1);
  lua_settop(L, base - 1);
}

// Takes the header line: pushes the list of names, and the table of their positions.
static void push_header(lua_State *L, int reader, csv_reader *r) {
  ccsv_row row = {0};
  bool has_row = csv_reader_row(L, reader, r, &row);
  lua_createtable(L, (int)row.count, 0);
  lua_createtable(L, 0, (int)row.count);
  int names = lua_gettop(L) - 1;
  for (size_t i = 0; has_row && i < row.count; i++) {
    push_name(
        L, names, names + 1, row.bytes + row.fields[i].offset, row.fields[i].length, i);
  }
}

// The same from the option `header`, a list of names at `given`.
static void push_given_header(lua_State *L, int given) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, given);
  lua_createtable(L, (int)count, 0);
  lua_createtable(L, 0, (int)count);
  int names = lua_gettop(L) - 1;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, given, i);
    size_t length;
    const char *bytes = lua_tolstring(L, -1, &length);
    push_name(L, names, names + 1, bytes, length, (size_t)i - 1);
    lua_pop(L, 1);
  }
}

static csv_type type_of(lua_State *L, int options, int name) {
  csv_type type = CSV_TEXT;
  int top = lua_gettop(L);
  if (lua_getfield(L, options, "types") == LUA_TBOOLEAN) {
    type = lua_toboolean(L, -1) ? CSV_GUESS : CSV_TEXT;
  } else if (lua_istable(L, -1)) {
    lua_pushvalue(L, name);
    if (lua_rawget(L, -2) == LUA_TSTRING) {
      const char *text = lua_tostring(L, -1);
      type = text[0] == 'n' ? CSV_AS_NUMBER : text[0] == 'b' ? CSV_AS_BOOLEAN : CSV_TEXT;
    }
  }
  lua_settop(L, top);
  return type;
}

// The nearest of the names to the one on top, by the function `suggest` of the options; NULL when none
// is near.
static const char *hint_for(lua_State *L, int options, int names) {
  int wanted = lua_gettop(L);
  lua_getfield(L, options, "suggest");
  lua_pushvalue(L, wanted);
  lua_pushvalue(L, names);
  lua_call(L, 2, 1);
  return lua_isstring(L, -1) ? lua_pushfstring(L, "did you mean '%s'?", lua_tostring(L, -1)) : NULL;
}

// The position of the column whose name or number is on top, which is replaced by its name.
static uint32_t find_column(lua_State *L, int reader, int options, int names, int positions) {
  int wanted = lua_gettop(L);
  if (lua_isinteger(L, wanted)) {
    lua_Integer number = lua_tointeger(L, wanted);
    return number >= 1 && number <= CCSV_COLUMN_LIMIT ? (uint32_t)number - 1 : 0;
  }
  lua_pushvalue(L, wanted);
  if (lua_rawget(L, positions) != LUA_TNUMBER) {
    lua_settop(L, wanted);
    const char *hint = hint_for(L, options, names);
    lua_getiuservalue(L, reader, CSV_SOURCE);
    cs_raise(
        L, "argument", hint, "%s has no column '%s'", lua_tostring(L, -1),
        lua_tostring(L, wanted));
  }
  uint32_t position = (uint32_t)lua_tointeger(L, -1) - 1;
  lua_settop(L, wanted);
  return position;
}

static void check_types(lua_State *L, int reader, int options, int names, int positions) {
  if (lua_getfield(L, options, "types") != LUA_TTABLE) {
    lua_pop(L, 1);
    return;
  }
  int types = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, types)) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    find_column(L, reader, options, names, positions);
    lua_pop(L, 1);
  }
  lua_settop(L, types - 1);
}

static void make_columns(
    lua_State *L, int reader, int options, csv_reader *r, int names, int positions) {
  int chosen = lua_gettop(L) + 1;
  bool chooses = lua_getfield(L, options, "columns") == LUA_TTABLE;
  r->count = (size_t)lua_rawlen(L, chooses ? chosen : names);
  r->columns = calloc(r->count ? r->count : 1, sizeof *r->columns);
  if (!r->columns) luaL_error(L, "not enough memory");
  lua_createtable(L, (int)r->count, 0);
  int keys = chosen + 1;
  for (size_t i = 0; i < r->count; i++) {
    lua_rawgeti(L, chooses ? chosen : names, (lua_Integer)i + 1);
    r->columns[i].position =
        chooses ? find_column(L, reader, options, names, positions) : (uint32_t)i;
    r->columns[i].type = (uint8_t)type_of(L, options, lua_gettop(L));
    lua_rawseti(L, keys, (lua_Integer)i + 1);
  }
  lua_pushvalue(L, keys);
  lua_setiuservalue(L, reader, CSV_NAMES);
  if (r->is_list) return;
  lua_createtable(L, 0, 2);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, keys);
  lua_rawsetp(L, -2, &csv_row_keys);
  lua_setiuservalue(L, reader, CSV_META);
}

void csv_columns_read(lua_State *L, int reader, int options, csv_reader *r) {
  luaL_checkstack(L, 20, NULL);
  ccsv_options csv = {0};
  if (lua_getfield(L, options, "delimiter") == LUA_TSTRING) csv.delimiter = lua_tostring(L, -1)[0];
  int header = lua_gettop(L) + 1;
  int type = lua_getfield(L, options, "header");
  r->is_list = type == LUA_TBOOLEAN && !lua_toboolean(L, header);
  csv.is_ragged = r->is_list;
  if (type == LUA_TTABLE) csv.width = lua_rawlen(L, header);
  lua_getfield(L, options, "empty");
  r->keeps_empty = lua_toboolean(L, -1);
  r->csv = ccsv_new(csv);
  if (!r->csv) luaL_error(L, "not enough memory");
  lua_settop(L, header);
  if (r->is_list) {
    r->takes_all = lua_getfield(L, options, "columns") != LUA_TTABLE;
    lua_newtable(L);
    lua_newtable(L);
  } else if (type == LUA_TTABLE) {
    push_given_header(L, header);
  } else {
    push_header(L, reader, r);
  }
  int names = lua_gettop(L) - 1;
  if (!r->is_list) check_types(L, reader, options, names, names + 1);
  make_columns(L, reader, options, r, names, names + 1);
  if (r->takes_all) {
    // One column stands for all.
    r->count = 1;
    lua_getfield(L, options, "types");
    r->columns[0].type = lua_toboolean(L, -1) ? CSV_GUESS : CSV_TEXT;
  }
}
