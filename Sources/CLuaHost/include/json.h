// JSON bytes to Lua values and back (design §4.2).
//
// Functions that take a lua_State may raise a Lua error: call them from C frames only, with no
// Swift frame and no C++ object that needs a destructor between them and the nearest protected
// call. The parser and its buffers live in the state's registry and are freed with the state.
#ifndef CARGO_JSON_H
#define CARGO_JSON_H

#include <lua.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The registry key of the metatable that every decoded array carries.
#define CS_ARRAY_METATABLE "cargo.array"

// How deep values may nest, both ways.
#define CS_JSON_MAX_DEPTH 200

// What an encoded text may grow to where a buffer sets no limit of its own, in bytes.
#define CS_JSON_MAX_OUTPUT ((size_t)256 << 20)

// Flags of cs_json_decode and cs_push_answer.
enum {
  // Keep `null` in objects as json.null instead of leaving the key out.
  CS_JSON_KEEP_NULLS = 1,
  // The bytes came from a server: errors get the kind "http" instead of "argument".
  CS_JSON_FROM_SERVER = 2
};

// A growable buffer on malloc. Its owner zeroes it once (`cs_buffer b = {0}`), resets it before
// each use and frees it at the end; an error raised in between leaves it usable and leaks nothing.
typedef struct cs_buffer {
  char *bytes;
  size_t length;
  size_t capacity;
  size_t limit;  // the most it may grow to; 0 for CS_JSON_MAX_OUTPUT
} cs_buffer;

// Empties the buffer, and gives memory back after an unusually large use.
void cs_buffer_reset(cs_buffer *buffer);

// Frees the memory; the buffer may be used again.
void cs_buffer_free(cs_buffer *buffer);

// What is known of a JSON value beforehand, so that an empty plain table becomes the right one of
// [] and {}. NULL stands for any value. Made once per operation; a shape owns the shapes it was
// given.
typedef struct cs_json_shape cs_json_shape;

// An array whose elements have the shape `element` (NULL: any).
cs_json_shape *cs_json_shape_array(cs_json_shape *element);

// An object; its known fields are added with cs_json_shape_add_field.
cs_json_shape *cs_json_shape_object(void);

// Adds a known field to an object's shape. `shape` may be NULL.
void cs_json_shape_add_field(
    cs_json_shape *object, const char *key, size_t length, cs_json_shape *shape);

// Frees a shape and all it owns.
void cs_json_shape_free(cs_json_shape *shape);

// Pushes the one value that `bytes` hold. Raises an error that says what is wrong and where.
void cs_json_decode(lua_State *L, const char *bytes, size_t length, unsigned flags);

// Appends the value at `index` as canonical JSON (compact, keys sorted by bytes) to `out`. Floats are
// written as the shortest text that reads back as the same number; whole ones below 2^53 as integers,
// as the platform itself answers them. Raises an error of the kind "argument" that names the path:
// records[3].name. Runs no metamethods. What was appended before an error stays in the buffer: its
// owner resets it.
void cs_json_encode(lua_State *L, int index, const cs_json_shape *shape, cs_buffer *out);

// How an answer becomes the value that the recipe gets (Operation.ResultShape).
enum {
  CS_ANSWER_WHOLE,            // the answer as it is
  CS_ANSWER_UNWRAP,           // the value under `key`
  CS_ANSWER_RUN,              // the run plus `context` and `configs`
  CS_ANSWER_EXECUTION,        // {output, run, context, configs, credits}
  CS_ANSWER_BATCH_EXECUTION,  // {results, errors, batch, credits}
  CS_ANSWER_MESSAGE           // the assistant message
};

// Pushes the value that an answer becomes. `key` is for CS_ANSWER_UNWRAP, `rows` (a JSON array in
// the order of the records) for CS_ANSWER_BATCH_EXECUTION; both are NULL elsewhere.
void cs_push_answer(
    lua_State *L, int shape, const char *key, const char *body, size_t body_length,
    const char *rows, size_t rows_length, unsigned flags);

// Pushes the metatable of arrays, making it at the first call.
void cs_array_metatable(lua_State *L);

// A lua_CFunction that pushes the module `json`: decode, encode, null, array.
int cs_open_json(lua_State *L);

// The same as lua_CFunctions, for a protected call from where a raised error must not pass:
// (value, shape or nil, buffer) → nothing; shape and buffer are light userdata.
int cs_json_encode_function(lua_State *L);
// (shape, key or nil, body, rows or nil, flags) → value; body and rows are strings.
int cs_push_answer_function(lua_State *L);
// (bytes, length, flags, is_block) → a list of rows, from a JSON array or from a block of cells
// (row_block.c); bytes is light userdata.
int cs_push_rows_function(lua_State *L);

#ifdef __cplusplus
}
#endif

#endif
