// JSON for C and Swift: parsing by simdjson's DOM, cheap looks inside, and the pieces of a writer.
//
// The C++ stays behind this header. A parsed document is simdjson's tape (doc/tape.md of simdjson):
// a row of 64-bit words, the tag of a value in the top byte, and the strings beside it. The readers
// below are inline, so that a walk over a document is a loop over words.
#ifndef CARGO_CJSON_H
#define CARGO_CJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// How deep arrays and objects may nest; an empty one does not count.
#define CJ_MAX_DEPTH 200

// A parser and the document it parsed last.
typedef struct cj_document cj_document;

// What is wrong with a text, and where: `offset` in bytes from 0, line and column (in bytes) from
// 1.
typedef struct cj_error {
  const char *reason;
  size_t offset;
  size_t line;
  size_t column;
} cj_error;

// Takes a parser from the calling thread's pool, or makes one. NULL when memory is out.
cj_document *cj_document_acquire(void);

// Puts it back. Parsers of very large documents are freed instead of kept.
void cj_document_release(cj_document *document);

// Parses one JSON text (RFC 8259; a byte order mark is skipped). Returns whether it is valid; else
// `error` says why not. Two things are handled beyond simdjson: integers beyond 64 bits become
// doubles, and an escaped half of a surrogate pair becomes U+FFFD, as JavaScript writers cut
// strings in the middle of one. The bytes are not needed afterwards.
bool cj_parse(cj_document *document, const char *bytes, size_t length, cj_error *error);

// Gives back what a very large document took. The document is gone afterwards.
void cj_document_trim(cj_document *document);

// A value inside a document; valid until the document is parsed into again or released.
typedef struct cj_value {
  const uint64_t *tape;
  const uint8_t *strings;
  size_t index;
} cj_value;

// The tags of the tape.
enum {
  CJ_NULL = 'n',
  CJ_TRUE = 't',
  CJ_FALSE = 'f',
  CJ_INT64 = 'l',
  CJ_UINT64 = 'u',
  CJ_DOUBLE = 'd',
  CJ_STRING = '"',
  CJ_ARRAY = '[',
  CJ_OBJECT = '{'
};

// The whole text's value.
cj_value cj_root(const cj_document *document);

// The tag of a value.
static inline int cj_tag(cj_value value) { return (int)(value.tape[value.index] >> 56); }

// The index of the word behind a value.
static inline size_t cj_after(cj_value value) {
  uint64_t word = value.tape[value.index];
  switch (word >> 56) {
    case CJ_ARRAY:
    case CJ_OBJECT: return (uint32_t)word;
    case CJ_INT64:
    case CJ_UINT64:
    case CJ_DOUBLE: return value.index + 2;
    default: return value.index + 1;
  }
}

// The number of elements or members; simdjson counts up to 2^24 - 1, a larger count says that much.
static inline size_t cj_count(cj_value container) {
  return (container.tape[container.index] >> 32) & 0xFFFFFF;
}

// The index of the first word inside a container, and of its closing word.
static inline size_t cj_first(cj_value container) { return container.index + 1; }
static inline size_t cj_end(cj_value container) {
  return (uint32_t)container.tape[container.index] - 1;
}

// The bytes of a string (or of a member's key); they are UTF-8 and followed by a zero.
static inline const char *cj_string(cj_value value, size_t *length) {
  const uint8_t *start = value.strings + (value.tape[value.index] & 0xFFFFFFFFFFFFFFu);
  uint32_t size;
  memcpy(&size, start, 4);
  *length = size;
  return (const char *)start + 4;
}

// The numbers; the caller has looked at the tag.
static inline int64_t cj_int64(cj_value value) { return (int64_t)value.tape[value.index + 1]; }
static inline uint64_t cj_uint64(cj_value value) { return value.tape[value.index + 1]; }
static inline double cj_double(cj_value value) {
  double number;
  memcpy(&number, &value.tape[value.index + 1], 8);
  return number;
}

// The value at another index of the same document.
static inline cj_value cj_at(cj_value value, size_t index) {
  value.index = index;
  return value;
}

// Finds a member of an object; the last one wins where a key repeats. False when there is none, or
// when `object` is none.
bool cj_member(cj_value object, const char *key, size_t length, cj_value *member);

// Finds an element of an array, from 0.
bool cj_element(cj_value array, size_t position, cj_value *element);

// Writes a value as compact JSON, members in the document's order. Returns memory of malloc (NULL
// when it is out), to be freed by the caller.
char *cj_serialise(cj_value value, size_t *length);

// The most bytes that cj_write_double and cj_write_int64 write.
#define CJ_NUMBER_LENGTH 32

// Writes a finite number as the shortest text that reads back as the same one, without a final zero
// byte. Whole numbers below 2^53 are written as integers, as JavaScript does (RFC 8785); from there
// on an exponent keeps them floats. Returns the length, 0 for NaN and infinities.
size_t cj_write_double(char *out, double number);
size_t cj_write_int64(char *out, int64_t number);

// Marks, in the top bit of each byte of a word, the bytes that a JSON string cannot hold as they
// are (below 0x20, quote, backslash) and those beyond ASCII. Exact up to the lowest marked byte.
static inline uint64_t cj_special_bytes(uint64_t word) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t quote = word ^ (ones * '"');
  uint64_t backslash = word ^ (ones * '\\');
  return ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & (ones * 0x80);
}

// How many bytes from the start are ASCII that a JSON string holds as it is.
size_t cj_plain_length(const char *bytes, size_t length);

// The length of the valid UTF-8 sequence at the start of `bytes` (1 to 4), 0 when there is none.
size_t cj_sequence_length(const char *bytes, size_t length);

// Writes the escape of a byte that needs one (below 0x20, quote, backslash). Returns its length, 2
// or 6; 0 for any other byte.
size_t cj_escape(char *out, uint8_t byte);

#ifdef __cplusplus
}
#endif

#endif
