// Reading: a row of the file becomes a table of the right size, whose keys were made once.
#include "csv_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errors.h"
#include "json.h"

static const char *source_name(lua_State *L, int reader) {
  lua_getiuservalue(L, reader, CSV_SOURCE);
  return lua_tostring(L, -1);
}

// What is wrong with a file is an error of the kind "file", with a text one of the argument.
static const char *error_kind(const csv_reader *r) { return r->text ? "argument" : "file"; }

_Noreturn static void raise_failure(lua_State *L, int reader, csv_reader *r, ccsv_error error) {
  cs_raise(
      L, error_kind(r), ccsv_hint(error.reason), "%s, line %I, column %I: %s",
      source_name(L, reader), (LUAI_UACINT)error.line, (LUAI_UACINT)error.column,
      ccsv_message(error.reason));
}

static void charge(csv_reader *r) {
  size_t now = r->csv ? ccsv_memory(r->csv) : 0;
  cs_host_charge(r->host, (ptrdiff_t)now - (ptrdiff_t)r->charged);
  r->charged = now;
}

static void close_reader(csv_reader *r) {
  ccsv_free(r->csv);
  r->csv = NULL;
  charge(r);
  free(r->columns);
  r->columns = NULL;
  if (r->file >= 0) {
    close(r->file);
    r->host->open_readers--;
  }
  r->file = -1;
}

static size_t fill_from_text(csv_reader *r, char *space, size_t capacity) {
  size_t count = r->text_left < capacity ? r->text_left : capacity;
  memcpy(space, r->text, count);
  r->text += count;
  r->text_left -= count;
  return count;
}

static void fill(lua_State *L, int reader, csv_reader *r) {
  size_t capacity;
  char *space = ccsv_space(r->csv, &capacity);
  if (!space) luaL_error(L, "not enough memory");
  charge(r);
  if (r->text) {
    ccsv_filled(r->csv, fill_from_text(r, space, capacity));
    return;
  }
  ssize_t count;
  do count = read(r->file, space, capacity);
  while (count < 0 && errno == EINTR);
  if (count < 0) {
    const char *reason = strerror(errno);
    cs_raise(L, "file", NULL, "%s cannot be read: %s", source_name(L, reader), reason);
  }
  ccsv_filled(r->csv, (size_t)count);
}

bool csv_reader_row(lua_State *L, int reader, csv_reader *r, ccsv_row *row) {
  if (!r->csv) return false;
  while (true) {
    ccsv_status status = ccsv_next(r->csv, row);
    if (__builtin_expect(status == CCSV_ROW, 1)) return true;
    if (status == CCSV_END) {
      close_reader(r);
      return false;
    }
    if (status == CCSV_FAILED) {
      raise_failure(L, reader, r, ccsv_failure(r->csv));
    }
    fill(L, reader, r);
  }
}

// --- Values -----------------------------------------------------------------------------------

_Noreturn static void raise_misfit(
    lua_State *L, int reader, csv_reader *r, size_t column, const char *bytes, size_t length,
    uint64_t line) {
  const char *wanted =
      r->columns[column].type == CSV_AS_NUMBER ? "a number" : "true or false";
  lua_getiuservalue(L, reader, CSV_NAMES);
  if (lua_rawgeti(L, -1, (lua_Integer)column + 1) != LUA_TSTRING) {
    lua_pushinteger(L, (lua_Integer)r->columns[column].position + 1);
  }
  const char *name = lua_tostring(L, -1);
  const char *text = lua_pushlstring(L, bytes, length < 80 ? length : 80);
  cs_raise(
      L, error_kind(r), "leave the column out of types, or correct the value",
      "%s, line %I: the column '%s' is to be %s, and '%s' is not", source_name(L, reader),
      (LUAI_UACINT)line, name, wanted, text);
}

static bool push_number(lua_State *L, const char *bytes, size_t length) {
  int64_t integer;
  double real;
  if (!ccsv_kinds(bytes, length, CCSV_NUMBER)) return false;
  if (ccsv_number(bytes, length, &integer, &real)) {
    lua_pushinteger(L, integer);
  } else {
    lua_pushnumber(L, real);
  }
  return true;
}

static bool push_boolean(lua_State *L, const char *bytes, size_t length) {
  if (!ccsv_kinds(bytes, length, CCSV_BOOLEAN)) return false;
  lua_pushboolean(L, length == 4);
  return true;
}

// A column that is said to hold numbers: also 007 and 1e3.
static bool push_any_number(lua_State *L, const char *bytes, size_t length) {
  if (push_number(L, bytes, length)) return true;
  char text[64];
  if (length >= sizeof text || memchr(bytes, 'x', length) || memchr(bytes, 'X', length)) {
    return false;
  }
  memcpy(text, bytes, length);
  text[length] = 0;
  return lua_stringtonumber(L, text) == length + 1;
}

static inline void push_typed(
    lua_State *L, int reader, csv_reader *r, size_t column, const char *bytes, size_t length,
    uint64_t line) {
  switch (r->columns[column].type) {
    case CSV_TEXT: lua_pushlstring(L, bytes, length); return;
    case CSV_GUESS:
      if (!push_number(L, bytes, length) && !push_boolean(L, bytes, length)) {
        lua_pushlstring(L, bytes, length);
      }
      return;
    case CSV_AS_NUMBER:
      if (push_any_number(L, bytes, length)) return;
      break;
    default:
      if (push_boolean(L, bytes, length)) return;
  }
  raise_misfit(L, reader, r, column, bytes, length, line);
}

static void push_list(lua_State *L, int reader, csv_reader *r, const ccsv_row *row) {
  size_t count = r->takes_all ? row->count : r->count;
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    size_t position = r->takes_all ? i : r->columns[i].position;
    const ccsv_field *field = position < row->count ? &row->fields[position] : NULL;
    if (!field || field->length == 0) {
      lua_pushliteral(L, "");
    } else if (r->takes_all) {
      const char *bytes = row->bytes + field->offset;
      bool guesses = r->count && r->columns[0].type == CSV_GUESS;
      if (!guesses || (!push_number(L, bytes, field->length) &&
                       !push_boolean(L, bytes, field->length))) {
        lua_pushlstring(L, bytes, field->length);
      }
    } else {
      push_typed(L, reader, r, i, row->bytes + field->offset, field->length, row->line);
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

// `names` is the stack index of the keys, `meta` that of the metatable.
static void push_table(
    lua_State *L, int reader, csv_reader *r, const ccsv_row *row, int names, int meta) {
  size_t filled = r->count;
  if (!r->keeps_empty) {
    filled = 0;
    for (size_t i = 0; i < r->count; i++) {
      size_t position = r->columns[i].position;
      filled += position < row->count && row->fields[position].length > 0;
    }
  }
  lua_createtable(L, 0, (int)filled);
  for (size_t i = 0; i < r->count; i++) {
    size_t position = r->columns[i].position;
    const ccsv_field *field = position < row->count ? &row->fields[position] : NULL;
    if (!field || field->length == 0) {
      if (!r->keeps_empty) continue;
      lua_rawgeti(L, names, (lua_Integer)i + 1);
      lua_pushliteral(L, "");
    } else {
      lua_rawgeti(L, names, (lua_Integer)i + 1);
      push_typed(L, reader, r, i, row->bytes + field->offset, field->length, row->line);
    }
    lua_rawset(L, -3);
  }
  lua_pushvalue(L, meta);
  lua_setmetatable(L, -2);
}

static void push_row(
    lua_State *L, int reader, csv_reader *r, const ccsv_row *row, int names, int meta) {
  if (r->is_list) {
    push_list(L, reader, r, row);
  } else {
    push_table(L, reader, r, row, names, meta);
  }
}

// --- For Lua ----------------------------------------------------------------------------------

static int reader_collect(lua_State *L) {
  close_reader(lua_touserdata(L, 1));
  return 0;
}

static csv_reader *check_reader(lua_State *L, int index) {
  return luaL_checkudata(L, index, "cargo.csv_reader");
}

int csv_reader_close(lua_State *L) {
  close_reader(check_reader(L, 1));
  return 0;
}

static int next_row(lua_State *L) {
  csv_reader *r = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, 0);
  ccsv_row row;
  if (!csv_reader_row(L, lua_upvalueindex(1), r, &row)) return 0;
  push_row(L, lua_upvalueindex(1), r, &row, lua_upvalueindex(2), lua_upvalueindex(3));
  return 1;
}

int csv_reader_rows(lua_State *L) {
  check_reader(L, 1);
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, CSV_NAMES);
  lua_getiuservalue(L, 1, CSV_META);
  lua_pushcclosure(L, next_row, 3);
  return 1;
}

int csv_reader_list(lua_State *L) {
  csv_reader *r = check_reader(L, 1);
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, CSV_NAMES);
  lua_getiuservalue(L, 1, CSV_META);
  lua_newtable(L);
  cs_array_metatable(L);
  lua_setmetatable(L, -2);
  ccsv_row row;
  for (lua_Integer position = 1; csv_reader_row(L, 1, r, &row); position++) {
    push_row(L, 1, r, &row, 2, 3);
    lua_rawseti(L, 4, position);
  }
  return 1;
}

// How many files may be open at once.
#define OPEN_LIMIT 256

static csv_reader *new_reader(lua_State *L) {
  csv_reader *r = lua_newuserdatauv(L, sizeof *r, CSV_META);
  memset(r, 0, sizeof *r);
  r->host = host_of(L);
  r->file = -1;
  if (luaL_newmetatable(L, "cargo.csv_reader")) {
    lua_pushcfunction(L, reader_collect);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, csv_reader_close);
    lua_setfield(L, -2, "__close");
    lua_pushliteral(L, "csv reader");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_setmetatable(L, -2);
  return r;
}

int csv_reader_make(lua_State *L) {
  lua_settop(L, 3);
  csv_reader *r = new_reader(L);
  if (lua_type(L, 1) == LUA_TSTRING) {
    r->text = lua_tolstring(L, 1, &r->text_left);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 4, CSV_CONTENT);
  } else {
    r->file = (int)lua_tointeger(L, 1);
    if (++r->host->open_readers > OPEN_LIMIT) lua_gc(L, LUA_GCCOLLECT);
    if (r->host->open_readers > OPEN_LIMIT) {
      cs_raise(
          L, "file", "read each in a for loop, which closes it", "%d files are open at once",
          OPEN_LIMIT);
    }
  }
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 4, CSV_SOURCE);
  csv_columns_read(L, 4, 3, r);
  lua_settop(L, 4);
  return 1;
}
