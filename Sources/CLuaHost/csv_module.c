// What csv.lua is built on.
#include "csv.h"

#include "csv_reader.h"
#include "csv_writer.h"

int cs_add_csv(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"csv_reader", csv_reader_make}, {"csv_rows", csv_reader_rows},
      {"csv_list", csv_reader_list},   {"csv_close", csv_reader_close},
      {"csv_writer", csv_writer_make}, {"csv_put", csv_writer_put},
      {"csv_put_all", csv_writer_put_all}, {"csv_end", csv_writer_end},
      {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  return 0;
}
