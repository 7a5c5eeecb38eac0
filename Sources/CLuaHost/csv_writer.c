// Writing: the cells of a row, in the order of the columns, into a buffer that goes to the file when it
// is full.
#include "csv_writer.h"

#include <CCSV.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "csv_reader.h"
#include "errors.h"
#include "json_state.h"

// How much is gathered before it is handed to the system.
#define FULL ((size_t)64 << 10)

static csv_writer *check_writer(lua_State *L, int index) {
  return luaL_checkudata(L, index, "cargo.csv_writer");
}

static void charge(csv_writer *w) {
  size_t now = w->text.capacity + w->cell.capacity;
  cs_host_charge(w->host, (ptrdiff_t)now - (ptrdiff_t)w->charged);
  w->charged = now;
}

static int collect_writer(lua_State *L) {
  csv_writer *w = lua_touserdata(L, 1);
  cs_buffer_free(&w->text);
  cs_buffer_free(&w->cell);
  charge(w);
  return 0;
}

static const char *target_name(lua_State *L, int writer) {
  lua_getiuservalue(L, writer, CSV_WRITER_TARGET);
  return lua_tostring(L, -1);
}

static void make_room(lua_State *L, csv_writer *w, size_t more) {
  if (w->text.capacity - w->text.length >= more) return;
  if (!json_buffer_reserve(&w->text, more)) {
    cs_raise(
        L, "argument", "csv.write puts rows into a file as they come",
        "csv.encode: the text is larger than %d MiB", (int)(CS_JSON_MAX_OUTPUT >> 20));
  }
  charge(w);
}

static void flush(lua_State *L, int writer, csv_writer *w) {
  size_t done = 0;
  while (done < w->text.length) {
    ssize_t count = write(w->file, w->text.bytes + done, w->text.length - done);
    if (count >= 0) {
      done += (size_t)count;
    } else if (errno != EINTR) {
      const char *reason = strerror(errno);
      cs_raise(L, "file", NULL, "%s cannot be written: %s", target_name(L, writer), reason);
    }
  }
  w->text.length = 0;
}

// --- Cells ------------------------------------------------------------------------------------

static void put_cell(lua_State *L, csv_writer *w, const char *bytes, size_t length, bool is_alone) {
  make_room(L, w, ccsv_cell_size(length) + 1);
  w->text.length += ccsv_put_cell(
      w->text.bytes + w->text.length, bytes, length, w->delimiter,
      w->flags | (is_alone ? CCSV_ALONE : 0));
}

_Noreturn static void raise_cell(
    lua_State *L, int writer, csv_writer *w, size_t column, const char *what) {
  int place = lua_gettop(L) + 1;
  lua_getiuservalue(L, writer, CSV_WRITER_KEYS);
  if (!lua_istable(L, place) || lua_rawgeti(L, place, (lua_Integer)column + 1) != LUA_TSTRING) {
    lua_settop(L, place - 1);
    lua_pushinteger(L, (lua_Integer)column + 1);
  }
  const char *name = lua_tostring(L, -1);
  cs_raise(
      L, "argument", NULL, "%s, row %I, column '%s': %s", target_name(L, writer),
      (LUAI_UACINT)w->rows + 1, name, what);
}

// Writes the value on top and pops it.
static void put_value(lua_State *L, int writer, csv_writer *w, size_t column, bool is_alone) {
  char number[CJ_NUMBER_LENGTH];
  size_t length, bad;
  switch (lua_type(L, -1)) {
    case LUA_TSTRING: {
      const char *bytes = lua_tolstring(L, -1, &length);
      if (!ccsv_is_utf8(bytes, length, &bad)) {
        raise_cell(L, writer, w, column, "the text is not UTF-8, or has a zero byte");
      }
      put_cell(L, w, bytes, length, is_alone);
      break;
    }
    case LUA_TNUMBER:
      if (lua_isinteger(L, -1)) {
        length = cj_write_int64(number, lua_tointeger(L, -1));
      } else {
        length = cj_write_double(number, lua_tonumber(L, -1));
        if (length == 0) raise_cell(L, writer, w, column, "the number is not finite");
      }
      put_cell(L, w, number, length, false);
      break;
    case LUA_TBOOLEAN:
      if (lua_toboolean(L, -1)) {
        put_cell(L, w, "true", 4, false);
      } else {
        put_cell(L, w, "false", 5, false);
      }
      break;
    case LUA_TNIL:
    case LUA_TLIGHTUSERDATA: put_cell(L, w, "", 0, is_alone); break;
    case LUA_TTABLE:
      cs_buffer_reset(&w->cell);
      cs_json_encode(L, -1, NULL, &w->cell);
      charge(w);
      put_cell(L, w, w->cell.bytes, w->cell.length, is_alone);
      break;
    default:
      lua_pushfstring(L, "a %s cannot be written", luaL_typename(L, -1));
      raise_cell(L, writer, w, column, lua_tostring(L, -1));
  }
  lua_pop(L, 1);
}

static void end_line(lua_State *L, int writer, csv_writer *w) {
  make_room(L, w, 1);
  w->text.bytes[w->text.length++] = '\n';
  if (w->file >= 0 && w->text.length >= FULL) flush(L, writer, w);
}

static void put_delimiter(lua_State *L, csv_writer *w) {
  make_room(L, w, 1);
  w->text.bytes[w->text.length++] = w->delimiter;
}

// Writes a list of texts as a line.
static void put_names(lua_State *L, int writer, csv_writer *w, int names) {
  size_t count = lua_rawlen(L, names);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) put_delimiter(L, w);
    lua_rawgeti(L, names, (lua_Integer)i + 1);
    put_value(L, writer, w, i, count == 1);
  }
  end_line(L, writer, w);
}

// --- Columns ----------------------------------------------------------------------------------

// Sorts the texts from `first` to `last` of the list by their bytes: an insertion sort, rows have few
// columns.
static void sort_names(lua_State *L, int names, lua_Integer first, lua_Integer last) {
  for (lua_Integer i = first + 1; i <= last; i++) {
    lua_rawgeti(L, names, i);
    lua_Integer at = i;
    for (; at > first; at--) {
      lua_rawgeti(L, names, at - 1);
      size_t a, b;
      const char *left = lua_tolstring(L, -1, &a), *right = lua_tolstring(L, -2, &b);
      int order = memcmp(left, right, a < b ? a : b);
      if (order < 0 || (order == 0 && a <= b)) {
        lua_pop(L, 1);
        break;
      }
      lua_rawseti(L, names, at);
    }
    lua_rawseti(L, names, at);
  }
}

// Adds the keys of the row that the list does not have yet, sorted, behind the others.
static void note_keys(lua_State *L, int writer, csv_writer *w, int row, int names, int known) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, names), before = count;
  lua_pushnil(L);
  while (lua_next(L, row)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) {
      const char *type = luaL_typename(L, -1);
      cs_raise(
          L, "argument", "a row is a table with columns as keys, or a list",
          "%s, row %I: a key is a %s, not a column's name", target_name(L, writer),
          (LUAI_UACINT)w->rows + 1, type);
    }
    lua_pushvalue(L, -1);
    if (lua_rawget(L, known) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      lua_rawseti(L, names, ++count);
      lua_pushvalue(L, -2);
      lua_pushboolean(L, 1);
      lua_rawset(L, known);
    }
    lua_pop(L, 1);
  }
  sort_names(L, names, before + 1, count);
}

// Begins with the columns of the file that the row was read from, if it was: those that are empty in
// this row too.
static void note_read_columns(lua_State *L, int row, int names, int known) {
  int top = lua_gettop(L);
  if (lua_getmetatable(L, row) && lua_rawgetp(L, -1, &csv_row_keys) == LUA_TTABLE) {
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) == LUA_TSTRING; i++) {
      lua_pushvalue(L, -1);
      lua_rawseti(L, names, i);
      lua_pushboolean(L, 1);
      lua_rawset(L, known);
    }
  }
  lua_settop(L, top);
}

// Writes the header line, now that the keys at `keys` are known; nil for rows that are lists.
static void begin_rows(lua_State *L, int writer, csv_writer *w, int keys) {
  int top = lua_gettop(L);
  lua_getiuservalue(L, writer, CSV_WRITER_OPTIONS);
  int type = lua_getfield(L, -1, "header");
  bool is_named = type == LUA_TTABLE;
  bool has_header = is_named || type == LUA_TNIL || lua_toboolean(L, -1);
  lua_pushvalue(L, keys);
  lua_setiuservalue(L, writer, CSV_WRITER_KEYS);
  w->has_columns = true;
  w->width = w->is_list ? 0 : lua_rawlen(L, keys);
  if (is_named) {
    put_names(L, writer, w, lua_gettop(L));
  } else if (has_header && !w->is_list && w->width > 0) {
    put_names(L, writer, w, keys);
  }
  lua_settop(L, top);
}

// Learns the columns from the first row, or from all rows of a list.
static void learn_columns(lua_State *L, int writer, csv_writer *w, int row, int rows) {
  w->is_list = lua_rawlen(L, row) > 0;
  if (w->is_list) {
    lua_pushnil(L);
    begin_rows(L, writer, w, lua_gettop(L));
    lua_pop(L, 1);
    return;
  }
  lua_newtable(L);
  lua_newtable(L);
  int names = lua_gettop(L) - 1;
  note_read_columns(L, row, names, names + 1);
  note_keys(L, writer, w, row, names, names + 1);
  lua_Integer count = rows ? (lua_Integer)lua_rawlen(L, rows) : 0;
  for (lua_Integer i = 2; i <= count; i++) {
    if (lua_rawgeti(L, rows, i) == LUA_TTABLE) {
      note_keys(L, writer, w, lua_gettop(L), names, names + 1);
    }
    lua_pop(L, 1);
  }
  begin_rows(L, writer, w, names);
  lua_settop(L, names - 1);
}

// --- Rows -------------------------------------------------------------------------------------

static void put_list(lua_State *L, int writer, csv_writer *w, int row) {
  size_t count = lua_rawlen(L, row);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) put_delimiter(L, w);
    lua_rawgeti(L, row, (lua_Integer)i + 1);
    put_value(L, writer, w, i, count == 1);
  }
  if (count == 0) put_cell(L, w, "", 0, true);
  end_line(L, writer, w);
}

// Says which key of the row is no column.
_Noreturn static void raise_unknown_key(lua_State *L, int writer, csv_writer *w, int row, int keys) {
  lua_newtable(L);
  int known = lua_gettop(L);
  for (lua_Integer i = 1; i <= (lua_Integer)w->width; i++) {
    lua_rawgeti(L, keys, i);
    lua_pushboolean(L, 1);
    lua_rawset(L, known);
  }
  lua_pushnil(L);
  while (lua_next(L, row)) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, known) == LUA_TNIL) break;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  const char *name = base_tostring(L, -1, NULL);
  cs_raise(
      L, "argument", "say columns = { … }, which also leaves others out",
      "%s, row %I has a column '%s' that the first row has not", target_name(L, writer),
      (LUAI_UACINT)w->rows + 1, name);
}

static lua_Integer key_count(lua_State *L, int row) {
  lua_Integer count = 0;
  lua_pushnil(L);
  while (lua_next(L, row)) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

static void put_table(lua_State *L, int writer, csv_writer *w, int row) {
  lua_getiuservalue(L, writer, CSV_WRITER_KEYS);
  int keys = lua_gettop(L);
  lua_Integer found = 0;
  for (size_t i = 0; i < w->width; i++) {
    if (i > 0) put_delimiter(L, w);
    lua_rawgeti(L, keys, (lua_Integer)i + 1);
    found += lua_rawget(L, row) != LUA_TNIL;
    put_value(L, writer, w, i, w->width == 1);
  }
  if (found == 0 && lua_rawlen(L, row) > 0) {
    cs_raise(
        L, "argument", "rows that are lists have their names in header = { … }",
        "%s, row %I is a list, not a table with columns as keys", target_name(L, writer),
        (LUAI_UACINT)w->rows + 1);
  }
  if (!w->is_fixed && found != key_count(L, row)) raise_unknown_key(L, writer, w, row, keys);
  lua_settop(L, keys - 1);
  end_line(L, writer, w);
}

static void put_row(lua_State *L, int writer, csv_writer *w, int row, int rows) {
  if (lua_type(L, row) != LUA_TTABLE) {
    cs_raise(
        L, "argument", "a row is a table with columns as keys, or a list",
        "%s, row %I is a %s", target_name(L, writer), (LUAI_UACINT)w->rows + 1,
        luaL_typename(L, row));
  }
  if (!w->has_columns) learn_columns(L, writer, w, row, rows);
  if (w->is_list) {
    put_list(L, writer, w, row);
  } else {
    put_table(L, writer, w, row);
  }
  w->rows++;
}

// --- For Lua ----------------------------------------------------------------------------------

int csv_writer_put(lua_State *L) {
  csv_writer *w = check_writer(L, 1);
  lua_settop(L, 2);
  put_row(L, 1, w, 2, 0);
  return 0;
}

int csv_writer_put_all(lua_State *L) {
  csv_writer *w = check_writer(L, 1);
  lua_settop(L, 2);
  lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, i);
    put_row(L, 1, w, 3, 2);
    lua_settop(L, 2);
  }
  return 0;
}

int csv_writer_end(lua_State *L) {
  csv_writer *w = check_writer(L, 1);
  lua_settop(L, 1);
  lua_pushinteger(L, w->rows);
  if (w->file >= 0) {
    flush(L, 1, w);
    return 1;
  }
  lua_pushlstring(L, w->text.bytes ? w->text.bytes : "", w->text.length);
  cs_buffer_free(&w->text);
  charge(w);
  return 2;
}

int csv_writer_make(lua_State *L) {
  lua_settop(L, 3);
  csv_writer *w = lua_newuserdatauv(L, sizeof *w, CSV_WRITER_OPTIONS);
  memset(w, 0, sizeof *w);
  w->host = host_of(L);
  w->file = lua_isinteger(L, 1) ? (int)lua_tointeger(L, 1) : -1;
  if (luaL_newmetatable(L, "cargo.csv_writer")) {
    lua_pushcfunction(L, collect_writer);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, 4);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 4, CSV_WRITER_TARGET);
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, 4, CSV_WRITER_OPTIONS);
  w->delimiter = lua_getfield(L, 3, "delimiter") == LUA_TSTRING ? lua_tostring(L, -1)[0] : ',';
  w->flags = lua_getfield(L, 3, "formulas") == LUA_TSTRING && lua_tostring(L, -1)[0] == 'k'
                 ? 0
                 : CCSV_ESCAPE_FORMULAS;
  if (lua_getfield(L, 3, "bom") == LUA_TBOOLEAN && lua_toboolean(L, -1)) {
    make_room(L, w, 3);
    memcpy(w->text.bytes, "\xEF\xBB\xBF", 3);
    w->text.length = 3;
  }
  lua_settop(L, 4);
  if (lua_getfield(L, 3, "columns") == LUA_TTABLE) {
    w->is_fixed = true;
    begin_rows(L, 4, w, 5);
  }
  lua_settop(L, 4);
  return 1;
}
