// CSV for the part of the library that is written in Lua (CPrelude/csv.lua).
#ifndef CARGO_CSV_H
#define CARGO_CSV_H

#include <lua.h>

// A lua_CFunction that adds the functions csv_reader, csv_rows, csv_list, csv_close, csv_writer, csv_put,
// csv_put_all and csv_end to the table on top (csv_reader.h, csv_writer.h).
int cs_add_csv(lua_State *L);

#endif
