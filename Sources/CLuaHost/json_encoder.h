// The encoder's working memory, and the shapes it is told about.
#ifndef CARGO_JSON_ENCODER_H
#define CARGO_JSON_ENCODER_H

#include "json_state.h"

typedef enum json_shape_kind { JSON_SHAPE_ARRAY, JSON_SHAPE_OBJECT } json_shape_kind;

typedef struct json_shape_field {
  char *key;
  size_t length;
  cs_json_shape *shape;
} json_shape_field;

struct cs_json_shape {
  json_shape_kind kind;
  cs_json_shape *element;    // of an array; NULL: any
  json_shape_field *fields;  // of an object, sorted by key
  size_t count;
};

// The shape of a field, NULL for any.
const cs_json_shape *json_shape_of_field(
    const cs_json_shape *shape, const char *key, size_t length);

// Compares keys by their bytes.
int json_compare_keys(const char *a, size_t a_length, const char *b, size_t b_length);

// Objects with more members than this are encoded without keeping their values on the Lua stack.
#define STACKED_MEMBERS 500
// Objects up to this size take part in the cache of layouts.
#define LAYOUT_MEMBERS 48
// The levels below the outermost value that have layouts, and how many each has.
#define LAYOUT_LEVELS 10
#define LAYOUT_WAYS 4

// The members of an object that was encoded before on the same level, in the order lua_next gives
// them. Records of one kind mostly repeat it, and then need no sorting and no escaping of keys.
// Keys are compared by the addresses of their objects: within one encode no Lua code runs and
// nothing that the value holds is collected.
typedef struct json_layout {
  uint64_t generation;  // of the encode that made it; no other may use it
  uint64_t hash;        // of the keys' addresses
  int count;
  int is_rendered;      // whether `text` holds the keys
  const void *objects[LAYOUT_MEMBERS];  // of the keys, in the order of lua_next
  const char *keys[LAYOUT_MEMBERS];     // their bytes
  uint32_t lengths[LAYOUT_MEMBERS];
  uint8_t order[LAYOUT_MEMBERS];        // sorted position to position in `keys`
  uint32_t ends[LAYOUT_MEMBERS];        // ends of the sorted keys in `text`
  cs_buffer text;                       // `"key":` of each key, sorted
} json_layout;

// One member of an object that is being sorted.
typedef struct json_member {
  uint64_t prefix;  // the first eight bytes of the key, most significant first
  const char *key;
  size_t length;
  int position;  // in the order of lua_next
} json_member;

// Where the encoder is, for messages and for finding cycles.
typedef struct json_level {
  const void *table;
  const char *key;  // of the member; NULL in an array
  size_t length;
  lua_Integer index;  // in an array
} json_level;

typedef struct json_encoder {
  lua_State *L;
  cs_buffer *out;
  const void *array_metatable;
  int depth;
  int lists;  // how many of the tables that it is in are lists
  json_level levels[CS_JSON_MAX_DEPTH + 1];
  uint64_t generation;  // counts encodes
  json_layout layouts[LAYOUT_LEVELS][LAYOUT_WAYS];
  uint8_t next_way[LAYOUT_LEVELS];
  json_member *members;  // a stack that the levels share
  size_t members_count;
  size_t members_capacity;
} json_encoder;

// Raises an error about the value that the encoder is at: "PATH REASON".
__attribute__((noreturn)) void json_encode_fail(
    json_encoder *encoder, const char *hint, const char *reason);

// The same, about a member or element of the table at the encoder's level.
__attribute__((noreturn)) void json_encode_fail_key(
    json_encoder *encoder, int key_index, const char *hint, const char *reason);

// Raises the error that fits a value nested too deep: a cycle, or just deep.
__attribute__((noreturn)) void json_encode_fail_depth(json_encoder *encoder, const void *table);

#endif
