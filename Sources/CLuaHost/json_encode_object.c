// Objects of the encoder: members sorted by key, and the layouts that save the sorting.

#include <lauxlib.h>
#include <stdlib.h>

#include "json_encode.h"

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
  json_encode_value(encoder, value, shape ? json_shape_of_field(shape, key, length) : NULL);
}

static void put_key(json_encoder *encoder, int is_first, const char *key, size_t length) {
  if (!is_first) put(encoder, ',');
  json_put_string(encoder, key, length);
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
        layout->count == count &&
        memcmp(layout->objects, keys, (size_t)count * sizeof *keys) == 0) {
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
void json_encode_object(json_encoder *encoder, int table, const cs_json_shape *shape) {
  lua_State *L = encoder->L;
  int first = lua_gettop(L) - 1;
  // Only what lies in a list is likely to come again.
  int layout_level =
      encoder->lists > 0 && encoder->depth <= LAYOUT_LEVELS ? encoder->depth - 1 : -1;
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
