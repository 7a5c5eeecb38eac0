// Lua values to canonical JSON: compact, keys sorted by their bytes, raw access only.
//
// The encoder's memory stays with the Lua state, so that an error may leave at any point.

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "internal.h"
#include "json_encode.h"

void json_limit_buffer(lua_State *L, cs_buffer *out) {
  size_t left = host_memory_left(L);
  out->limit = left < CS_JSON_MAX_OUTPUT ? left + 1 : CS_JSON_MAX_OUTPUT;
}

void json_make_room_slowly(json_encoder *encoder, size_t more) {
  cs_buffer *out = encoder->out;
  if (json_buffer_reserve(out, more)) return;
  if (out->limit) {
    host_require_memory(encoder->L, out->length + more);
    json_limit_buffer(encoder->L, out);
    if (json_buffer_reserve(out, more)) return;
  }
  cs_raise(
      encoder->L, "argument", "write it in parts", "the value is larger than %d MiB as JSON",
      (int)(CS_JSON_MAX_OUTPUT >> 20));
}

// Writes from `from` on what is plain, eight bytes at a time, and returns how far it came. There is
// room for the rest of the text and eight bytes more.
static inline size_t put_plain(cs_buffer *out, const char *text, size_t from, size_t length) {
  char *to = out->bytes + out->length;
  size_t i = from;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, text + i, 8);
    memcpy(to + (i - from), &word, 8);
    uint64_t special = cj_special_bytes(word);
    if (special) {
      i += (size_t)__builtin_ctzll(special) / 8;
      out->length += i - from;
      return i;
    }
  }
  for (; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
    to[i - from] = (char)c;
  }
  out->length += i - from;
  return i;
}

void json_put_string(json_encoder *encoder, const char *text, size_t length) {
  cs_buffer *out = encoder->out;
  make_room(encoder, length + 16);
  out->bytes[out->length++] = '"';
  size_t i = put_plain(out, text, 0, length);
  while (i < length) {
    make_room(encoder, length - i + 24);
    char *to = out->bytes + out->length;
    if ((unsigned char)text[i] < 0x80) {
      out->length += cj_escape(to, (uint8_t)text[i]);
      i++;
    } else {
      size_t size = cj_sequence_length(text + i, length - i);
      if (size == 0) {
        json_encode_fail(
            encoder, "encode bytes as text first, for instance in hexadecimal",
            "is not valid UTF-8 and cannot be written as JSON");
      }
      memcpy(to, text + i, size);
      out->length += size;
      i += size;
    }
    i = put_plain(out, text, i, length);
  }
  out->bytes[out->length++] = '"';
}

static void put_number(json_encoder *encoder, int index) {
  cs_buffer *out = encoder->out;
  make_room(encoder, CJ_NUMBER_LENGTH);
  char *to = out->bytes + out->length;
  if (lua_isinteger(encoder->L, index)) {
    out->length += cj_write_int64(to, lua_tointeger(encoder->L, index));
    return;
  }
  lua_Number number = lua_tonumber(encoder->L, index);
  size_t size = cj_write_double(to, number);
  if (size == 0) {
    json_encode_fail(
        encoder, NULL,
        number != number ? "is NaN, which JSON does not have"
                         : "is infinite, which JSON does not have");
  }
  out->length += size;
}

// Raises the error that fits the key at `key_index` in a table that has list items. Inside `enter`,
// so the path is that of the table.
static void fail_mixed(json_encoder *encoder, int key_index) {
  encoder->depth--;
  if (lua_type(encoder->L, key_index) == LUA_TNUMBER) {
    json_encode_fail_key(
        encoder, key_index, "put json.null into the gaps, or use text as keys",
        "is a list with holes and cannot be written as JSON");
  }
  json_encode_fail_key(
      encoder, key_index, "JSON has lists and objects, and no mixture of both",
      "has list items and other keys and cannot be written as JSON");
}

// table.pack and parallel note the length of a list as `n` in it; that much of a mixture is fine.
static int is_length_note(lua_State *L, int key_index, lua_Integer length) {
  if (lua_type(L, key_index) != LUA_TSTRING) return 0;
  if (strcmp(lua_tostring(L, key_index), "n") != 0) return 0;
  return lua_isinteger(L, key_index + 1) && lua_tointeger(L, key_index + 1) == length;
}

// The rest of a list, from position `from` on, whose order lua_next does not give: checks that the
// keys are exactly 1 to n first.
static void encode_scattered(
    json_encoder *encoder, json_level *level, int table, lua_Integer from,
    const cs_json_shape *element) {
  lua_State *L = encoder->L;
  lua_Integer length = (lua_Integer)lua_rawlen(L, table);
  lua_Integer found = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    int key = lua_gettop(L) - 1;
    if (lua_isinteger(L, key) && lua_tointeger(L, key) >= 1 && lua_tointeger(L, key) <= length) {
      found++;
    } else if (!is_length_note(L, key, length)) {
      fail_mixed(encoder, key);
    }
    lua_pop(L, 1);
  }
  for (lua_Integer i = from; i <= length; i++) {
    level->index = i;
    if (lua_rawgeti(L, table, i) == LUA_TNIL && found < length) {
      json_encode_fail(
          encoder, "put json.null into the gaps",
          "is missing from its list: a list with holes cannot be written as JSON");
    }
    if (i > 1) put(encoder, ',');
    json_encode_value(encoder, lua_gettop(L), element);
    lua_pop(L, 1);
  }
}

static void encode_array(json_encoder *encoder, int table, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  const cs_json_shape *element =
      shape && shape->kind == JSON_SHAPE_ARRAY ? shape->element : NULL;
  json_level *level = enter(encoder, table);
  encoder->lists++;
  put(encoder, '[');
  int value = lua_gettop(L) + 2;
  lua_Integer expected = 1;
  // Mostly all items are in the table's array part, which lua_next walks in order.
  lua_pushnil(L);
  while (lua_next(L, table)) {
    if (!lua_isinteger(L, value - 1) || lua_tointeger(L, value - 1) != expected) {
      lua_settop(L, value - 2);
      encode_scattered(encoder, level, table, expected, element);
      break;
    }
    if (expected > 1) put(encoder, ',');
    level->index = expected++;
    json_encode_value(encoder, value, element);
    lua_settop(L, value - 1);
  }
  put(encoder, ']');
  encoder->lists--;
  encoder->depth--;
}

static void encode_table(json_encoder *encoder, int index, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  luaL_checkstack(L, 48, "too much to write as JSON");
  int is_array = 0;
  if (lua_getmetatable(L, index)) {
    is_array = lua_topointer(L, -1) == encoder->array_metatable;
    lua_pop(L, 1);
  }
  if (is_array || lua_rawlen(L, index) > 0) {
    encode_array(encoder, index, shape);
    return;
  }
  lua_pushnil(L);
  if (lua_next(L, index)) {
    json_encode_object(encoder, index, shape);
  } else if (shape && shape->kind == JSON_SHAPE_ARRAY) {
    put_text(encoder, "[]", 2);
  } else {
    put_text(encoder, "{}", 2);
  }
}

void json_encode_value(json_encoder *encoder, int index, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  switch (lua_type(L, index)) {
    case LUA_TSTRING: {
      size_t length;
      const char *text = lua_tolstring(L, index, &length);
      json_put_string(encoder, text, length);
      return;
    }
    case LUA_TNUMBER: put_number(encoder, index); return;
    case LUA_TBOOLEAN:
      if (lua_toboolean(L, index)) {
        put_text(encoder, "true", 4);
      } else {
        put_text(encoder, "false", 5);
      }
      return;
    case LUA_TTABLE: encode_table(encoder, index, shape); return;
    case LUA_TNIL: put_text(encoder, "null", 4); return;
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(L, index) == NULL) {
        put_text(encoder, "null", 4);
        return;
      }
      break;
    case LUA_TFUNCTION:
      json_encode_fail(encoder, NULL, "is a function and cannot be written as JSON");
    case LUA_TTHREAD:
      json_encode_fail(encoder, NULL, "is a coroutine and cannot be written as JSON");
    default: break;
  }
  json_encode_fail(encoder, NULL, "is a userdata and cannot be written as JSON");
}

void json_encoder_free(json_encoder *encoder) {
  if (!encoder) return;
  for (int level = 0; level < LAYOUT_LEVELS; level++) {
    for (int way = 0; way < LAYOUT_WAYS; way++) {
      cs_buffer_free(&encoder->layouts[level][way].text);
    }
  }
  free(encoder->members);
  free(encoder);
}

// The members of one large object may take much memory; more than this is not kept.
static const size_t kept_members = 16384;

void cs_json_encode(lua_State *L, int index, const cs_json_shape *shape, cs_buffer *out) {
  json_state *state = json_state_get(L);
  if (!state->encoder) {
    state->encoder = calloc(1, sizeof *state->encoder);
    if (!state->encoder) luaL_error(L, "not enough memory");
  }
  json_encoder *encoder = state->encoder;
  cs_array_metatable(L);
  encoder->array_metatable = lua_topointer(L, -1);
  lua_pop(L, 1);
  encoder->L = L;
  encoder->out = out;
  encoder->depth = 0;
  encoder->lists = 0;
  encoder->members_count = 0;
  // The keys of an earlier value may have been collected, and their addresses used again.
  encoder->generation++;
  if (encoder->members_capacity > kept_members) {
    free(encoder->members);
    encoder->members = NULL;
    encoder->members_capacity = 0;
  }
  json_encode_value(encoder, lua_absindex(L, index), shape);
}

int cs_json_encode_function(lua_State *L) {
  cs_json_encode(L, 1, lua_touserdata(L, 2), lua_touserdata(L, 3));
  return 0;
}
