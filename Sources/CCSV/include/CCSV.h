// Comma-separated values (RFC 4180): a streaming reader, the writing of cells, and what a text in a
// cell may be read as.
//
// The reader takes pieces of any size and gives whole rows. A field is a span of the reader's own
// buffer, which bytes are read into directly: nothing is copied, and only fields with doubled quotes
// are closed up, in place. Memory is bounded by the limits below.
#ifndef CARGO_CCSV_H
#define CARGO_CCSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The most bytes of one field, of one row, and the most fields of a row.
#define CCSV_FIELD_LIMIT ((size_t)1 << 20)
#define CCSV_ROW_LIMIT ((size_t)8 << 20)
#define CCSV_COLUMN_LIMIT 16384

// --- Reading ----------------------------------------------------------------------------------

typedef struct ccsv_reader ccsv_reader;

typedef struct ccsv_options {
  // What separates fields; 0 finds it out from the first line: the one of , ; tab | that stands
  // there most often, or what a line "sep=;" says.
  char delimiter;
  // How many fields a row has; 0 for as many as the first one. Fields beyond are an error unless they
  // are empty.
  size_t width;
  // Rows may have any number of fields.
  bool is_ragged;
} ccsv_options;

// A field: bytes `offset` to `offset + length` of its row's.
typedef struct ccsv_field {
  uint32_t offset, length;
} ccsv_field;

// A row; valid until the next call that takes the reader.
typedef struct ccsv_row {
  const char *bytes;
  const ccsv_field *fields;
  size_t count;
  uint64_t line;  // where it begins, from 1
} ccsv_row;

typedef enum {
  CCSV_ROW,    // here is a row
  CCSV_MORE,   // ccsv_space and ccsv_filled, then again
  CCSV_END,    // that was all
  CCSV_FAILED  // ccsv_failure tells why
} ccsv_status;

// What is wrong with a file.
typedef enum {
  CCSV_FINE,
  CCSV_NOT_UTF8,
  CCSV_UTF16,
  CCSV_ZERO_BYTE,
  CCSV_NOT_TEXT,
  CCSV_UNCLOSED_QUOTE,
  CCSV_TEXT_AFTER_QUOTE,
  CCSV_TOO_MANY_FIELDS,
  CCSV_TOO_MANY_COLUMNS,
  CCSV_FIELD_TOO_LONG,
  CCSV_ROW_TOO_LONG,
  CCSV_NO_MEMORY
} ccsv_reason;

typedef struct ccsv_error {
  ccsv_reason reason;
  uint64_t line;    // of the file, from 1
  uint64_t column;  // in characters, from 1
} ccsv_error;

// Makes a reader; NULL when memory is out.
ccsv_reader *ccsv_new(ccsv_options options);
void ccsv_free(ccsv_reader *reader);
// Where the next bytes go, and how many fit there (at least one); NULL when memory is out.
char *ccsv_space(ccsv_reader *reader, size_t *capacity);
// Says how many bytes were put there; 0 says that there are no more.
void ccsv_filled(ccsv_reader *reader, size_t count);
// The next row that has a byte in it: empty lines are passed over.
ccsv_status ccsv_next(ccsv_reader *reader, ccsv_row *row);
// Why the reader failed.
ccsv_error ccsv_failure(const ccsv_reader *reader);
// What separates fields, once a row was read.
char ccsv_delimiter(const ccsv_reader *reader);
// How many bytes of the input lie before the next row.
uint64_t ccsv_position(const ccsv_reader *reader);
// The bytes that the reader takes.
size_t ccsv_memory(const ccsv_reader *reader);

// What is wrong, as the rest of a sentence that begins with the place ("leads.csv, line 3, column 7:
// …"), and the way out or NULL.
const char *ccsv_message(ccsv_reason reason);
const char *ccsv_hint(ccsv_reason reason);

// Whether the bytes are UTF-8 without a zero byte; else `bad` is the offset of the first that is not.
bool ccsv_is_utf8(const char *bytes, size_t length, size_t *bad);

// --- Writing ----------------------------------------------------------------------------------

// How a cell is written.
enum {
  // Puts ' before a text that a spreadsheet would run as a formula (ccsv_is_formula).
  CCSV_ESCAPE_FORMULAS = 1,
  // The cell is alone in its row: when it is empty it gets quotes, so that the line is no empty one.
  CCSV_ALONE = 2
};

// The most bytes that a cell takes.
static inline size_t ccsv_cell_size(size_t length) { return 2 * length + 3; }
// Writes a cell, in quotes where it needs them; returns its length.
size_t ccsv_put_cell(
    char *out, const char *bytes, size_t length, char delimiter, unsigned flags);
// Whether a spreadsheet would take the text for a formula that can do something: it begins with = + - @,
// a tab or a carriage return (OWASP, "CSV Injection"). A sign before nothing but what numbers and phone
// numbers are made of is none: "-3.5", "+49 (30) 901820-0".
bool ccsv_is_formula(const char *bytes, size_t length);

// --- What a text may be -----------------------------------------------------------------------

// Sets of kinds.
enum {
  // A number in plain digits: 12, -3.5, 0.25. No leading zeros, plus sign or exponent, at most 15
  // digits (17 with a point): what else looks like a number is a code, a phone number or an id.
  CCSV_NUMBER = 1,
  // true or false, in any case.
  CCSV_BOOLEAN = 2,
  // An ISO 8601 date, perhaps with a time of day: 2024-02-29, 2024-02-29T12:30:00Z.
  CCSV_DATE = 4,
  CCSV_ALL_KINDS = 7
};

// Those of `kinds` that the text is.
unsigned ccsv_kinds(const char *bytes, size_t length, unsigned kinds);

// Takes a row into what is known of `count` columns: counts the fields that are not empty, and leaves in
// `kinds` what all of them may be read as. Whether any is not empty.
bool ccsv_survey(const ccsv_row *row, size_t count, uint64_t *filled, uint8_t *kinds);

// Reads a text that is a CCSV_NUMBER. True: it is whole, and in `integer`; else it is in `real`.
bool ccsv_number(const char *bytes, size_t length, int64_t *integer, double *real);

#ifdef __cplusplus
}
#endif

#endif
