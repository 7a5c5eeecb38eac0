// Rows of cells to Lua tables (CargoClient's RowBlockWriter says how a block is written).
//
// What a block holds was written by this program: nothing in it is checked.

#include <lauxlib.h>
#include <string.h>

#include "json_state.h"

// The tags of cells, in RowBlockWriter.Tag's order.
enum { CELL_NULL, CELL_FALSE, CELL_TRUE, CELL_INTEGER, CELL_REAL, CELL_TEXT, CELL_JSON };

static inline uint32_t take_length(const char **at) {
  uint32_t length;
  memcpy(&length, *at, 4);
  *at += 4;
  return length;
}

// Pushes the value of the cell at `at` and moves behind it.
static inline void push_cell(lua_State *L, const char **at, unsigned flags) {
  int tag = *(*at)++;
  switch (tag) {
    case CELL_FALSE:
    case CELL_TRUE: lua_pushboolean(L, tag == CELL_TRUE); return;
    case CELL_INTEGER: {
      int64_t number;
      memcpy(&number, *at, 8);
      *at += 8;
      lua_pushinteger(L, number);
      return;
    }
    case CELL_REAL: {
      double number;
      memcpy(&number, *at, 8);
      *at += 8;
      lua_pushnumber(L, number);
      return;
    }
    case CELL_TEXT:
    case CELL_JSON: {
      uint32_t length = take_length(at);
      if (tag == CELL_TEXT)
        lua_pushlstring(L, *at, length);
      else
        cs_json_decode(L, *at, length, flags);
      *at += length;
      return;
    }
    default: lua_pushlightuserdata(L, NULL); return;
  }
}

static void push_block(lua_State *L, const char *at, unsigned flags) {
  int columns = (int)take_length(&at);
  luaL_checkstack(L, columns + 8, "a row with so many columns");
  int first = lua_gettop(L) + 1;
  for (int i = 0; i < columns; i++) {
    uint32_t length = take_length(&at);
    lua_pushlstring(L, at, length);
    at += length;
  }
  uint32_t rows = take_length(&at);
  lua_createtable(L, (int)rows, 0);
  for (uint32_t row = 1; row <= rows; row++) {
    int present = columns;
    lua_createtable(L, 0, present);
    for (int i = 0; i < columns; i++) {
      if (*at == CELL_NULL && !(flags & CS_JSON_KEEP_NULLS)) {
        at++;
        continue;
      }
      lua_pushvalue(L, first + i);
      push_cell(L, &at, flags);
      lua_rawset(L, -3);
    }
    lua_rawseti(L, -2, row);
  }
  lua_replace(L, first);
  lua_settop(L, first);
}

int cs_push_rows_function(lua_State *L) {
  const char *bytes = lua_touserdata(L, 1);
  size_t length = (size_t)lua_tointeger(L, 2);
  unsigned flags = (unsigned)lua_tointeger(L, 3);
  if (lua_toboolean(L, 4)) {
    push_block(L, bytes, flags);
  } else {
    cs_json_decode(L, bytes, length, flags);
  }
  return 1;
}
