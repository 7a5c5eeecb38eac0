// Rows of CSV as Lua tables (design §4.4).
#ifndef CARGO_CSV_READER_H
#define CARGO_CSV_READER_H

#include <CCSV.h>

#include "internal.h"

// How the fields of a column become values.
typedef enum { CSV_TEXT, CSV_GUESS, CSV_AS_NUMBER, CSV_AS_BOOLEAN } csv_type;

// One column of the rows that are made: where it is in the file, and what becomes of it.
typedef struct {
  uint32_t position;
  uint8_t type;
} csv_column;

// A reader of a file or a text; a userdata, which lets everything go when it is closed or collected.
// Its first user value is the list of the rows' keys, its second the name in messages, its third the
// text that is read, its fourth the metatable of its rows, nil for lists.
typedef struct {
  cs_host *host;
  ccsv_reader *csv;
  size_t charged;
  int file;  // -1 where a text is read
  const char *text;
  size_t text_left;
  csv_column *columns;
  size_t count;
  bool is_list;     // rows are lists, not tables with keys
  bool takes_all;   // lists of whatever fields there are
  bool keeps_empty;
} csv_reader;

enum { CSV_NAMES = 1, CSV_SOURCE, CSV_CONTENT, CSV_META };

// A row's metatable has the list of all keys under this address, in the file's order: a row lacks those
// whose fields are empty, and csv.write must not.
extern char csv_row_keys;

// The next row of the file; false at the end. Raises what is wrong with it.
bool csv_reader_row(lua_State *L, int reader, csv_reader *r, ccsv_row *row);

// Reads the options at `options`, and the header, into the reader (csv_columns.c).
void csv_columns_read(lua_State *L, int reader, int options, csv_reader *r);

// Lua: (file descriptor or text, name, options) → reader. Options: `delimiter`, `header` (false, true or
// the names), `columns`, `types`, `empty`. A descriptor is the reader's from then on.
int csv_reader_make(lua_State *L);
// Lua: reader → the function that gives the next row, and nil behind the last.
int csv_reader_rows(lua_State *L);
// Lua: reader → the list of all its rows.
int csv_reader_list(lua_State *L);
// Lua: reader → nothing.
int csv_reader_close(lua_State *L);

#endif
