// Lua rows as CSV (design §4.4).
#ifndef CARGO_CSV_WRITER_H
#define CARGO_CSV_WRITER_H

#include "internal.h"
#include "json.h"

// A writer of a file or a text; a userdata. Its first user value is the list of the columns' keys, or
// nil while they are not known; its second the name in messages, its third the options.
typedef struct {
  cs_host *host;
  cs_buffer text;
  cs_buffer cell;  // a value as JSON
  size_t charged;
  int file;  // -1 where a text is made; not the writer's to close
  char delimiter;
  unsigned flags;
  bool has_columns, is_list, is_fixed;
  lua_Integer rows;
  size_t width;
} csv_writer;

enum { CSV_WRITER_KEYS = 1, CSV_WRITER_TARGET, CSV_WRITER_OPTIONS };

// Lua: (file descriptor or nil, name, options) → writer. Options: `delimiter`, `header` (false, true or
// the names), `columns`, `bom`, `formulas`.
int csv_writer_make(lua_State *L);
// Lua: (writer, row) → nothing.
int csv_writer_put(lua_State *L);
// Lua: (writer, list of rows) → nothing. Columns that only later rows have are found beforehand.
int csv_writer_put_all(lua_State *L);
// Lua: writer → the number of rows, and the text where there is no file.
int csv_writer_end(lua_State *L);

#endif
