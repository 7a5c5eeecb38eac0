// Lua values to canonical JSON: compact, keys sorted by their bytes, raw access only.
//
// The encoder's memory stays with the Lua state, so that an error may leave at any point.

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "json_encoder.h"

static void encode_value(json_encoder *encoder, int index, const cs_json_shape *shape);

static void make_room(json_encoder *encoder, size_t more) {
  cs_buffer *out = encoder->out;
  if (out->capacity - out->length >= more) return;
  if (json_buffer_reserve(out, more)) return;
  size_t limit = out->limit ? out->limit : CS_JSON_MAX_OUTPUT;
  cs_raise(
      encoder->L, "argument", "write it in parts", "the value is larger than %d MiB as JSON",
      (int)(limit >> 20));
}

static inline void put(json_encoder *encoder, char c) {
  make_room(encoder, 1);
  encoder->out->bytes[encoder->out->length++] = c;
}

static inline void put_text(json_encoder *encoder, const char *text, size_t length) {
  make_room(encoder, length);
  memcpy(encoder->out->bytes + encoder->out->length, text, length);
  encoder->out->length += length;
}

// The same for a text that may be read up to 16 bytes beyond its end: short texts by whole words
// instead of a call.
static inline void put_padded(json_encoder *encoder, const char *text, size_t length) {
  make_room(encoder, length + 16);
  char *to = encoder->out->bytes + encoder->out->length;
  for (size_t i = 0; i < length; i += 16) memcpy(to + i, text + i, 16);
  encoder->out->length += length;
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

static void put_string(json_encoder *encoder, const char *text, size_t length) {
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
        number != number ? "is NaN, which JSON does not have" : "is infinite, which JSON does not have");
  }
  out->length += size;
}

// One level down, into the table at `index`.
static json_level *enter(json_encoder *encoder, int index) {
  const void *table = lua_topointer(encoder->L, index);
  if (encoder->depth >= CS_JSON_MAX_DEPTH) json_encode_fail_depth(encoder, table);
  json_level *level = &encoder->levels[encoder->depth++];
  level->table = table;
  level->key = NULL;
  level->index = 0;
  return level;
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
  if (lua_type(L, key_index) != LUA_TSTRING || strcmp(lua_tostring(L, key_index), "n") != 0) return 0;
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
    encode_value(encoder, lua_gettop(L), element);
    lua_pop(L, 1);
  }
}

static void encode_array(json_encoder *encoder, int table, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  const cs_json_shape *element =
      shape && shape->kind == JSON_SHAPE_ARRAY ? shape->element : NULL;
  json_level *level = enter(encoder, table);
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
    encode_value(encoder, value, element);
    lua_settop(L, value - 1);
  }
  put(encoder, ']');
  encoder->depth--;
}

// Reads the key at `index` of an object.
static const char *object_key(json_encoder *encoder, int index, size_t *length) {
  lua_State *L = encoder->L;
  if (lua_type(L, index) != LUA_TSTRING) {
    encoder->depth--;
    if (lua_isinteger(L, index)) {
      json_encode_fail_key(
          encoder, index, "a list starts at 1 and has no gaps; an object has text as keys",
          "has a number as key and is no list, and cannot be written as JSON");
    }
    json_encode_fail_key(
        encoder, index, "JSON has only text as keys",
        "has a key that is not text and cannot be written as JSON");
  }
  return lua_tolstring(L, index, length);
}

static void push_member(json_encoder *encoder, const char *key, size_t length, int position) {
  if (encoder->members_count == encoder->members_capacity) {
    size_t capacity = encoder->members_capacity ? encoder->members_capacity * 2 : 64;
    json_member *members = realloc(encoder->members, capacity * sizeof *members);
    if (!members) luaL_error(encoder->L, "not enough memory");
    encoder->members = members;
    encoder->members_capacity = capacity;
  }
  uint64_t prefix = 0;
  memcpy(&prefix, key, length < 8 ? length : 8);
  encoder->members[encoder->members_count++] =
      (json_member){__builtin_bswap64(prefix), key, length, position};
}

static int compare_members(const void *a, const void *b) {
  const json_member *x = a, *y = b;
  if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
  return json_compare_keys(x->key, x->length, y->key, y->length);
}

static void sort_members(json_member *members, size_t count) {
  if (count > 24) {
    qsort(members, count, sizeof *members, compare_members);
    return;
  }
  for (size_t i = 1; i < count; i++) {
    json_member member = members[i];
    size_t j = i;
    while (j > 0 && compare_members(&members[j - 1], &member) > 0) {
      members[j] = members[j - 1];
      j--;
    }
    members[j] = member;
  }
}

// Encodes the value of one member; its key has been written.
static inline void encode_member(
    json_encoder *encoder, json_level *level, const char *key, size_t length, int value,
    const cs_json_shape *shape) {
  level->key = key;
  level->length = length;
  encode_value(encoder, value, shape ? json_shape_of_field(shape, key, length) : NULL);
}

static void put_key(json_encoder *encoder, int is_first, const char *key, size_t length) {
  if (!is_first) put(encoder, ',');
  put_string(encoder, key, length);
  put(encoder, ':');
}

// Members beyond what the Lua stack should hold: sorted by key, then looked up one by one.
static void encode_large_object(
    json_encoder *encoder, json_level *level, int table, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  size_t base = encoder->members_count;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    size_t length;
    const char *key = object_key(encoder, lua_gettop(L) - 1, &length);
    push_member(encoder, key, length, 0);
    lua_pop(L, 1);
  }
  size_t count = encoder->members_count - base;
  sort_members(encoder->members + base, count);
  for (size_t i = 0; i < count; i++) {
    json_member member = encoder->members[base + i];
    level->key = member.key;
    level->length = member.length;
    put_key(encoder, i == 0, member.key, member.length);
    lua_pushlstring(L, member.key, member.length);
    lua_rawget(L, table);
    // Making the string may have collected what only weak tables held, keys of layouts among it.
    encoder->generation++;
    encode_member(encoder, level, member.key, member.length, lua_gettop(L), shape);
    lua_pop(L, 1);
  }
  encoder->members_count = base;
}

// Renders the keys of a layout that has been met a second time.
static void render_layout(json_encoder *encoder, json_layout *layout) {
  cs_buffer *out = encoder->out;
  layout->text.length = 0;
  encoder->out = &layout->text;
  for (int i = 0; i < layout->count; i++) {
    int position = layout->order[i];
    put_key(encoder, i == 0, layout->keys[position], layout->lengths[position]);
    layout->ends[i] = (uint32_t)layout->text.length;
  }
  make_room(encoder, 16);
  encoder->out = out;
  layout->is_rendered = 1;
}

// The members are on the Lua stack from `first` on, in the layout's order.
static void encode_by_layout(
    json_encoder *encoder, json_level *level, json_layout *layout, int first,
    const cs_json_shape *shape) {
  if (!layout->is_rendered) render_layout(encoder, layout);
  uint32_t start = 0;
  for (int i = 0; i < layout->count; i++) {
    int position = layout->order[i];
    put_padded(encoder, layout->text.bytes + start, layout->ends[i] - start);
    start = layout->ends[i];
    encode_member(
        encoder, level, layout->keys[position], layout->lengths[position],
        first + 2 * position + 1, shape);
  }
}

// Finds the layout of the `count` members whose keys lie at `keys`; NULL when there is none.
static json_layout *find_layout(
    json_encoder *encoder, int level, const void *const *keys, int count, uint64_t hash) {
  for (int way = 0; way < LAYOUT_WAYS; way++) {
    json_layout *layout = &encoder->layouts[level][way];
    if (layout->hash == hash && layout->generation == encoder->generation &&
        layout->count == count && memcmp(layout->objects, keys, (size_t)count * sizeof *keys) == 0) {
      return layout;
    }
  }
  return NULL;
}

static void remember_layout(
    json_encoder *encoder, int level, const json_member *sorted, int first, int count,
    uint64_t hash) {
  int way = encoder->next_way[level]++ % LAYOUT_WAYS;
  json_layout *layout = &encoder->layouts[level][way];
  layout->generation = encoder->generation;
  layout->hash = hash;
  layout->count = count;
  layout->is_rendered = 0;
  for (int i = 0; i < count; i++) {
    int position = sorted[i].position;
    layout->order[i] = (uint8_t)position;
    layout->objects[position] = lua_topointer(encoder->L, first + 2 * position);
    layout->keys[position] = sorted[i].key;
    layout->lengths[position] = (uint32_t)sorted[i].length;
  }
}

// The members on the Lua stack from `first` on are sorted here. `layout_level` is negative where
// there are no layouts.
static void encode_by_sorting(
    json_encoder *encoder, json_level *level, int layout_level, uint64_t hash, int first,
    int count, const cs_json_shape *shape) {
  size_t base = encoder->members_count;
  for (int i = 0; i < count; i++) {
    size_t length;
    const char *key = object_key(encoder, first + 2 * i, &length);
    push_member(encoder, key, length, i);
  }
  sort_members(encoder->members + base, (size_t)count);
  if (layout_level >= 0 && count <= LAYOUT_MEMBERS) {
    remember_layout(encoder, layout_level, encoder->members + base, first, count, hash);
  }
  for (int i = 0; i < count; i++) {
    json_member member = encoder->members[base + (size_t)i];
    level->key = member.key;
    level->length = member.length;
    put_key(encoder, i == 0, member.key, member.length);
    int value = first + 2 * member.position + 1;
    encode_member(encoder, level, member.key, member.length, value, shape);
  }
  encoder->members_count = base;
}

// The first key of the table at `table` and its value are on top of the stack.
static void encode_object(json_encoder *encoder, int table, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  int first = lua_gettop(L) - 1;
  // The outermost object comes once: nothing to remember.
  int layout_level = encoder->depth <= LAYOUT_LEVELS ? encoder->depth - 1 : -1;
  if (shape && shape->kind != JSON_SHAPE_OBJECT) shape = NULL;
  json_level *level = enter(encoder, table);
  put(encoder, '{');
  const void *keys[LAYOUT_MEMBERS];
  uint64_t hash = 0;
  int count = 0;
  do {
    const void *key = lua_topointer(L, first + 2 * count);
    if (count < LAYOUT_MEMBERS) keys[count] = key;
    hash = (hash ^ (uint64_t)(uintptr_t)key) * 0x9E3779B97F4A7C15u;
    count++;
    if (count > STACKED_MEMBERS) break;
    if (count % 16 == 0) luaL_checkstack(L, 40, "too much to write as JSON");
    lua_pushvalue(L, -2);
  } while (lua_next(L, table));
  json_layout *layout = NULL;
  if (layout_level >= 0 && count <= LAYOUT_MEMBERS) {
    layout = find_layout(encoder, layout_level, keys, count, hash);
  }
  if (count > STACKED_MEMBERS) {
    lua_settop(L, first - 1);
    encode_large_object(encoder, level, table, shape);
  } else if (layout) {
    encode_by_layout(encoder, level, layout, first, shape);
  } else {
    encode_by_sorting(encoder, level, layout_level, hash, first, count, shape);
  }
  put(encoder, '}');
  encoder->depth--;
  lua_settop(L, first - 1);
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
    encode_object(encoder, index, shape);
  } else if (shape && shape->kind == JSON_SHAPE_ARRAY) {
    put_text(encoder, "[]", 2);
  } else {
    put_text(encoder, "{}", 2);
  }
}

// Encodes the value at an absolute stack index.
static void encode_value(json_encoder *encoder, int index, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  switch (lua_type(L, index)) {
    case LUA_TSTRING: {
      size_t length;
      const char *text = lua_tolstring(L, index, &length);
      put_string(encoder, text, length);
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
  encoder->members_count = 0;
  // The keys of an earlier value may have been collected, and their addresses used again.
  encoder->generation++;
  if (encoder->members_capacity > kept_members) {
    free(encoder->members);
    encoder->members = NULL;
    encoder->members_capacity = 0;
  }
  encode_value(encoder, lua_absindex(L, index), shape);
}

int cs_json_encode_function(lua_State *L) {
  cs_json_encode(L, 1, lua_touserdata(L, 2), lua_touserdata(L, 3));
  return 0;
}
