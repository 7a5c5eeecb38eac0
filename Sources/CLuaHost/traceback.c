// Where an error was raised, in the recipe's terms.
#include <string.h>

#include "internal.h"

#define FRAMES_SHOWN 20

// Frames of the host's own Lua and of C functions say nothing to the author of a recipe.
static bool is_host_frame(const lua_Debug *ar) {
  return ar->what[0] == 'C' || strncmp(ar->source, "=[cargo", 7) == 0;
}

static void add_frame(lua_State *L, luaL_Buffer *buffer, const lua_Debug *ar) {
  lua_pushfstring(L, "%s:%d: ", ar->short_src, ar->currentline);
  luaL_addvalue(buffer);
  if (ar->what[0] == 'm')
    luaL_addstring(buffer, "in the main chunk");
  else if (ar->name) {
    lua_pushfstring(
        L, "in %s '%s'", strcmp(ar->namewhat, "metamethod") == 0 ? "metamethod" : "function",
        ar->name);
    luaL_addvalue(buffer);
  } else {
    lua_pushfstring(L, "in the function at line %d", ar->linedefined);
    luaL_addvalue(buffer);
  }
  luaL_addchar(buffer, '\n');
}

void cs_push_traceback(lua_State *L, lua_State *of, int level) {
  luaL_checkstack(L, 10, "traceback");
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  lua_Debug ar;
  for (int shown = 0; lua_getstack(of, level, &ar); level++) {
    lua_getinfo(of, "Sln", &ar);
    if (is_host_frame(&ar)) continue;
    if (shown++ == FRAMES_SHOWN) {
      luaL_addstring(&buffer, "…\n");
      break;
    }
    add_frame(L, &buffer, &ar);
  }
  luaL_pushresult(&buffer);
}
