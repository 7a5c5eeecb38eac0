#include "json_state.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static char state_key;
static char keys_key;
static char array_key;

static int state_gc(lua_State *L) {
  json_state *state = lua_touserdata(L, 1);
  cj_document_release(state->document);
  state->document = NULL;
  cs_buffer_free(&state->buffer);
  cs_buffer_free(&state->scratch);
  json_encoder_free(state->encoder);
  state->encoder = NULL;
  return 0;
}

static json_state *make_state(lua_State *L) {
  luaL_checkstack(L, 4, NULL);
  // The strings of the key cache, each slot in the array part from the beginning.
  lua_createtable(L, KEY_CACHE_SLOTS, 0);
  for (int slot = 1; slot <= KEY_CACHE_SLOTS; slot++) {
    lua_pushboolean(L, 0);
    lua_rawseti(L, -2, slot);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys_key);

  json_state *state = lua_newuserdatauv(L, sizeof *state, 0);
  memset(state, 0, sizeof *state);
  // No key has this length: an empty slot matches nothing.
  for (int slot = 0; slot < KEY_CACHE_SLOTS; slot++) state->keys[slot].words[0] = UINT64_MAX;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, state_gc);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
  return state;
}

json_state *json_state_get(lua_State *L) {
  luaL_checkstack(L, 2, NULL);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
  json_state *state = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return state ? state : make_state(L);
}

void json_state_push_keys(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &keys_key); }

void cs_array_metatable(lua_State *L) {
  luaL_checkstack(L, 3, NULL);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 2);
  lua_pushliteral(L, "array");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, CS_ARRAY_METATABLE);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &array_key);
}

// Small buffers stay as they are; large ones while they are needed, and never very large ones.
static const size_t small_capacity = (size_t)1 << 20;
static const size_t large_capacity = (size_t)32 << 20;

void cs_buffer_reset(cs_buffer *buffer) {
  int is_idle = buffer->length < buffer->capacity / 4;
  if (buffer->capacity > large_capacity || (buffer->capacity > small_capacity && is_idle)) {
    cs_buffer_free(buffer);
  }
  buffer->length = 0;
}

void cs_buffer_free(cs_buffer *buffer) {
  free(buffer->bytes);
  buffer->bytes = NULL;
  buffer->length = 0;
  buffer->capacity = 0;
}

int json_buffer_reserve(cs_buffer *buffer, size_t more) {
  if (buffer->capacity - buffer->length >= more) return 1;
  size_t limit = buffer->limit ? buffer->limit : CS_JSON_MAX_OUTPUT;
  size_t needed = buffer->length + more;
  if (needed < more || needed > limit) return 0;
  size_t capacity = buffer->capacity < 256 ? 512 : buffer->capacity * 2;
  if (capacity < needed) capacity = needed;
  if (capacity > limit) capacity = limit;
  char *bytes = realloc(buffer->bytes, capacity);
  if (!bytes) return 0;
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return 1;
}
