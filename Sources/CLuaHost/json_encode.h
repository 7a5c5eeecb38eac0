// The encoder's small steps, shared by its files.
#ifndef CARGO_JSON_ENCODE_H
#define CARGO_JSON_ENCODE_H

#include <string.h>

#include "json_encoder.h"

// Encodes the value at an absolute stack index.
void json_encode_value(json_encoder *encoder, int index, const cs_json_shape *shape);

// Encodes the table at `table`, which is an object: its first key and value are on top of the
// stack.
void json_encode_object(json_encoder *encoder, int table, const cs_json_shape *shape);

// Writes a string in quotes; raises an error for one that is not valid UTF-8.
void json_put_string(json_encoder *encoder, const char *text, size_t length);

// Grows the output by `more` bytes, or raises an error.
void json_make_room_slowly(json_encoder *encoder, size_t more);

static inline void make_room(json_encoder *encoder, size_t more) {
  cs_buffer *out = encoder->out;
  if (out->capacity - out->length < more) json_make_room_slowly(encoder, more);
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

// One level down, into the table at `index`.
static inline json_level *enter(json_encoder *encoder, int index) {
  const void *table = lua_topointer(encoder->L, index);
  if (encoder->depth >= CS_JSON_MAX_DEPTH) json_encode_fail_depth(encoder, table);
  json_level *level = &encoder->levels[encoder->depth++];
  level->table = table;
  level->key = NULL;
  level->index = 0;
  return level;
}

#endif
