// What JSON keeps per Lua state: the parser, the cache of keys, and buffers that are used again.
#ifndef CARGO_JSON_STATE_H
#define CARGO_JSON_STATE_H

#include <CJSON.h>

#include "json.h"

// Keys up to this length go through the cache; with its length in front a key then fills at most
// four words, as simdjson keeps the length before the bytes.
#define KEY_CACHE_LENGTH 28
#define KEY_CACHE_SLOTS 512

typedef struct json_key {
  uint64_t words[4];
} json_key;

typedef struct json_state {
  cj_document *document;
  size_t charged;              // what the document counts for, while it is large
  cs_buffer buffer;            // json.encode's text
  cs_buffer scratch;           // its indented form
  struct json_encoder *encoder;  // kept for its caches of object shapes
  json_key keys[KEY_CACHE_SLOTS];
} json_state;

// The state's JSON state, made at the first call. It stays until the Lua state is closed.
json_state *json_state_get(lua_State *L);

// Pushes the table that holds the strings of `keys`, one per slot, from index 1.
void json_state_push_keys(lua_State *L);

// Parses into the state's document and returns the root; raises an error that says what is wrong.
cj_value json_parse(
    lua_State *L, json_state *state, const char *bytes, size_t length, unsigned flags);

// The document is not needed any more.
void json_parsed(lua_State *L, json_state *state);

// Pushes a parsed value.
void json_push_value(lua_State *L, json_state *state, cj_value value, unsigned flags);

// The kind of an error about bytes that came with these flags.
static inline const char *json_error_kind(unsigned flags) {
  return flags & CS_JSON_FROM_SERVER ? "http" : "argument";
}

// Lets a buffer that stays with the state grow to what the run may still take.
void json_limit_buffer(lua_State *L, cs_buffer *out);

// Makes room for `more` bytes. False when the limit is passed or memory is out.
int json_buffer_reserve(cs_buffer *buffer, size_t more);

// Frees an encoder (NULL is fine).
void json_encoder_free(struct json_encoder *encoder);

#endif
