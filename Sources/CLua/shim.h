// The Lua 5.4 C API, as Debian's liblua5.4-dev ships it.
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
