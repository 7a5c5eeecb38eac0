// Errors of the encoder: they name the path of what cannot be written, records[3].name.

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

#include "errors.h"
#include "json_encoder.h"

// Longer keys are cut in messages.
static const size_t shown_key_length = 60;

static int is_identifier(const char *key, size_t length) {
  if (length == 0 || isdigit((unsigned char)key[0])) return 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)key[i];
    if (!(c == '_' || (c < 0x80 && isalnum(c)))) return 0;
  }
  return 1;
}

static void add_key(luaL_Buffer *path, const char *key, size_t length, int is_first) {
  size_t shown = length < shown_key_length ? length : shown_key_length;
  if (is_identifier(key, length)) {
    if (!is_first) luaL_addchar(path, '.');
    luaL_addlstring(path, key, shown);
    if (shown < length) luaL_addstring(path, "...");
    return;
  }
  luaL_addstring(path, "[\"");
  for (size_t i = 0; i < shown;) {
    size_t size = cj_sequence_length(key + i, length - i);
    unsigned char c = (unsigned char)key[i];
    if (size == 0 || c < 0x20 || c == 0x7F) {
      luaL_addchar(path, '?');
      i++;
    } else {
      luaL_addlstring(path, key + i, size);
      i += size;
    }
  }
  luaL_addstring(path, shown < length ? "...\"]" : "\"]");
}

// Pushes the path of the value that the encoder is at; "the value" for the outermost one.
static void push_path(json_encoder *encoder, int depth) {
  lua_State *L = encoder->L;
  if (depth == 0) {
    lua_pushliteral(L, "the value");
    return;
  }
  luaL_Buffer path;
  luaL_buffinit(L, &path);
  // The middle of a very deep path says nothing.
  for (int i = 0; i < depth; i++) {
    if (depth > 12 && i == 8) {
      luaL_addstring(&path, " ... ");
      i = depth - 3;
    }
    const json_level *level = &encoder->levels[i];
    if (level->key) {
      add_key(&path, level->key, level->length, i == 0);
    } else {
      char index[32];
      index[0] = '[';
      size_t size = cj_write_int64(index + 1, level->index);
      index[size + 1] = ']';
      luaL_addlstring(&path, index, size + 2);
    }
  }
  luaL_pushresult(&path);
}

void json_encode_fail(json_encoder *encoder, const char *hint, const char *reason) {
  lua_State *L = encoder->L;
  luaL_checkstack(L, 10, NULL);
  push_path(encoder, encoder->depth);
  cs_raise(L, "argument", hint, "%s %s", lua_tostring(L, -1), reason);
}

void json_encode_fail_key(
    json_encoder *encoder, int key_index, const char *hint, const char *reason) {
  lua_State *L = encoder->L;
  luaL_checkstack(L, 10, NULL);
  // A copy, as lua_tolstring turns a number into a string in place.
  lua_pushvalue(L, key_index);
  int type = lua_type(L, -1);
  if (type == LUA_TSTRING) {
    size_t length;
    const char *key = lua_tolstring(L, -1, &length);
    luaL_Buffer name;
    luaL_buffinit(L, &name);
    add_key(&name, key, length, 1);
    luaL_pushresult(&name);
  } else if (type == LUA_TNUMBER) {
    lua_tolstring(L, -1, NULL);
  } else {
    lua_pushstring(L, lua_typename(L, type));
  }
  push_path(encoder, encoder->depth);
  cs_raise(
      L, "argument", hint, "%s %s (%s)", lua_tostring(L, -1), reason, lua_tostring(L, -2));
}

void json_encode_fail_depth(json_encoder *encoder, const void *table) {
  for (int i = 0; i < encoder->depth; i++) {
    // Somewhere in the chain a table repeats if there is a cycle; the first repetition is reported.
    for (int j = i + 1; j <= encoder->depth; j++) {
      const void *inner = j < encoder->depth ? encoder->levels[j].table : table;
      if (encoder->levels[i].table == inner) {
        encoder->depth = j;
        json_encode_fail(
            encoder, "copy the part that is needed instead of referring back",
            "contains itself and cannot be written as JSON");
      }
    }
  }
  json_encode_fail(encoder, NULL, "is nested more than 200 levels deep");
}
