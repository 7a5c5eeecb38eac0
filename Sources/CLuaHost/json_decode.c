// JSON bytes to Lua values: simdjson parses, a walk over its tape pushes.
//
// Nothing here needs a destructor, so an error of Lua (memory, stack) may leave at any point; the
// document stays with the state and is parsed into again.

#include <lauxlib.h>
#include <string.h>

#include "errors.h"
#include "internal.h"
#include "json_state.h"

typedef struct decoder {
  lua_State *L;
  json_state *state;
  const uint64_t *tape;
  const uint8_t *strings;
  int keys;             // stack index of the table of cached keys
  int array_metatable;  // stack index
  int keeps_nulls;
} decoder;

// The parser's memory is not Lua's. Small documents are not worth counting.
static const size_t counted_length = (size_t)1 << 20;

// About what a parser takes for a text: two copies, and for each value at most two words on the tape
// and two entries of the index.
static size_t parsed_size(const char *bytes, size_t length) {
  size_t values = 1;
  for (size_t i = 0; i < length; i++) {
    char c = bytes[i];
    values += (c == ',') | (c == ':') | (c == '[') | (c == '{');
  }
  return 2 * length + 24 * values;
}

static void charge(lua_State *L, json_state *state, size_t size) {
  cs_host *h = host_of(L);
  if (h) cs_host_charge(h, (ptrdiff_t)size - (ptrdiff_t)state->charged);
  state->charged = size;
}

void json_parsed(lua_State *L, json_state *state) {
  cj_document_trim(state->document);
  charge(L, state, 0);
}

cj_value json_parse(
    lua_State *L, json_state *state, const char *bytes, size_t length, unsigned flags) {
  // An error may have left the last one as it was.
  charge(L, state, 0);
  if (length > counted_length) {
    size_t size = parsed_size(bytes, length);
    host_require_memory(L, size);
    charge(L, state, size);
  }
  if (!state->document) {
    state->document = cj_document_acquire();
    if (!state->document) luaL_error(L, "not enough memory");
  }
  cj_error error;
  if (!cj_parse(state->document, bytes, length, &error)) {
    json_parsed(L, state);
    cs_raise(
        L, json_error_kind(flags), NULL, "invalid JSON at line %d, column %d: %s",
        (int)error.line, (int)error.column, error.reason);
  }
  return cj_root(state->document);
}

// The masks that blank what lies behind a key of each length, its four bytes of length included.
static const uint8_t mask_bytes[64] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

// Pushes the key at `key` of the string buffer: its length in four bytes, then its bytes. Records
// have the same keys over and over; a comparison of four words is cheaper than Lua's interning. The
// buffer is padded, so that four words may be read behind the last string too.
static inline void push_key(decoder *d, const uint8_t *key) {
  uint32_t length;
  memcpy(&length, key, 4);
  if (length > KEY_CACHE_LENGTH) {
    lua_pushlstring(d->L, (const char *)key + 4, length);
    return;
  }
  uint64_t word[4], mask[4];
  memcpy(word, key, 32);
  memcpy(mask, mask_bytes + KEY_CACHE_LENGTH - length, 32);
  for (int i = 0; i < 4; i++) word[i] &= mask[i];
  uint64_t hash = (word[0] ^ (word[2] << 7)) * 0x9E3779B97F4A7C15u +
                  (word[1] ^ (word[3] << 11)) * 0xC2B2AE3D27D4EB4Fu;
  unsigned slot = (unsigned)(hash >> 55) & (KEY_CACHE_SLOTS - 1);
  json_key *entry = &d->state->keys[slot];
  uint64_t difference = (entry->words[0] ^ word[0]) | (entry->words[1] ^ word[1]) |
                        (entry->words[2] ^ word[2]) | (entry->words[3] ^ word[3]);
  if (difference == 0) {
    lua_rawgeti(d->L, d->keys, (lua_Integer)slot + 1);
    return;
  }
  lua_pushlstring(d->L, (const char *)key + 4, length);
  lua_pushvalue(d->L, -1);
  lua_rawseti(d->L, d->keys, (lua_Integer)slot + 1);
  memcpy(entry->words, word, sizeof word);
}

static size_t push_value(decoder *d, size_t index);

static inline const uint8_t *string_at(const decoder *d, uint64_t word) {
  return d->strings + (word & 0xFFFFFFFFFFFFFFu);
}

// Counts what simdjson's counter of 24 bits could not.
static size_t exact_count(const decoder *d, size_t index, int step) {
  cj_value container = {d->tape, d->strings, index};
  size_t count = cj_count(container);
  if (count < 0xFFFFFF) return count;
  count = 0;
  for (size_t i = index + 1; i < cj_end(container);) {
    i = cj_after(cj_at(container, i + (size_t)step));
    count++;
  }
  return count;
}

static size_t push_array(decoder *d, size_t index) {
  lua_State *L = d->L;
  size_t end = (uint32_t)d->tape[index] - 1;
  lua_createtable(L, (int)exact_count(d, index, 0), 0);
  lua_pushvalue(L, d->array_metatable);
  lua_setmetatable(L, -2);
  lua_Integer position = 0;
  for (index++; index < end;) {
    index = push_value(d, index);
    lua_rawseti(L, -2, ++position);
  }
  return end + 1;
}

static size_t push_object(decoder *d, size_t index) {
  lua_State *L = d->L;
  size_t end = (uint32_t)d->tape[index] - 1;
  lua_createtable(L, 0, (int)exact_count(d, index, 1));
  for (index++; index < end;) {
    push_key(d, string_at(d, d->tape[index]));
    index++;
    if (d->tape[index] >> 56 == CJ_NULL && !d->keeps_nulls) {
      // Set all the same: the key may repeat, and its last value holds.
      lua_pushnil(L);
      index++;
    } else {
      index = push_value(d, index);
    }
    lua_rawset(L, -3);
  }
  return end + 1;
}

// Pushes the value at `index` and returns the index behind it.
static size_t push_value(decoder *d, size_t index) {
  lua_State *L = d->L;
  uint64_t word = d->tape[index];
  switch (word >> 56) {
    case CJ_STRING: {
      const uint8_t *string = string_at(d, word);
      uint32_t length;
      memcpy(&length, string, 4);
      lua_pushlstring(L, (const char *)string + 4, length);
      return index + 1;
    }
    case CJ_INT64: lua_pushinteger(L, (lua_Integer)d->tape[index + 1]); return index + 2;
    case CJ_UINT64: lua_pushnumber(L, (lua_Number)d->tape[index + 1]); return index + 2;
    case CJ_DOUBLE: {
      double number;
      memcpy(&number, &d->tape[index + 1], 8);
      lua_pushnumber(L, number);
      return index + 2;
    }
    case CJ_TRUE: lua_pushboolean(L, 1); return index + 1;
    case CJ_FALSE: lua_pushboolean(L, 0); return index + 1;
    case CJ_ARRAY: luaL_checkstack(L, 5, NULL); return push_array(d, index);
    case CJ_OBJECT: luaL_checkstack(L, 5, NULL); return push_object(d, index);
    default: lua_pushlightuserdata(L, NULL); return index + 1;
  }
}

void json_push_value(lua_State *L, json_state *state, cj_value value, unsigned flags) {
  luaL_checkstack(L, 6, NULL);
  json_state_push_keys(L);
  cs_array_metatable(L);
  int top = lua_gettop(L);
  decoder d = {
      L, state, value.tape, value.strings, top - 1, top, (flags & CS_JSON_KEEP_NULLS) != 0};
  push_value(&d, value.index);
  lua_replace(L, top - 1);
  lua_settop(L, top - 1);
}

void cs_json_decode(lua_State *L, const char *bytes, size_t length, unsigned flags) {
  json_state *state = json_state_get(L);
  cj_value root = json_parse(L, state, bytes, length, flags);
  json_push_value(L, state, root, flags);
  json_parsed(L, state);
}
