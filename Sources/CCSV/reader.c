// The streaming reader.
//
// All positions are offsets into the buffer. Meaningful bytes are found a block at a time, as bits of
// a mask that outlives rows; whatever lies before `from` has been dealt with.
#include <stdlib.h>
#include <string.h>

#include "CCSV.h"
#include "scan.h"

// The first capacity of the buffer: what one read takes.
#define FIRST_CAPACITY ((size_t)64 << 10)
// No block is loaded.
#define NO_BLOCK SIZE_MAX
// Marks a field with doubled quotes in its length, until the row is whole.
#define DOUBLED 0x80000000u

typedef enum { PLAIN, QUOTED, CLOSED } field_state;

struct ccsv_reader {
  char *bytes;
  size_t capacity, end;
  bool is_at_end;  // of the input

  size_t row, field;  // where the current ones begin
  size_t from;
  field_state state;
  bool is_doubled;
  size_t closing;  // the closing quote, in the state CLOSED
  bool skips_feed;  // the row before ended in a carriage return

  size_t block;
  uint64_t mask;

  ccsv_field *fields;
  size_t count, field_capacity;
  size_t width;  // how many fields a row has; 0 until it is known

  uint64_t line;        // of the row's beginning
  uint64_t line_breaks;  // inside the row's quotes
  uint64_t passed;      // bytes of the input before the buffer
  bool has_begun, is_ragged;
  char delimiter;
  ccsv_error error;
};

ccsv_reader *ccsv_new(ccsv_options options) {
  ccsv_reader *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  r->delimiter = options.delimiter;
  r->width = options.width;
  r->is_ragged = options.is_ragged;
  r->line = 1;
  r->block = NO_BLOCK;
  return r;
}

void ccsv_free(ccsv_reader *r) {
  if (!r) return;
  free(r->bytes);
  free(r->fields);
  free(r);
}

ccsv_error ccsv_failure(const ccsv_reader *r) { return r->error; }
char ccsv_delimiter(const ccsv_reader *r) { return r->delimiter; }
uint64_t ccsv_position(const ccsv_reader *r) { return r->passed + r->row; }

size_t ccsv_memory(const ccsv_reader *r) {
  return sizeof *r + (r->capacity ? r->capacity + CCSV_BLOCK : 0) +
         r->field_capacity * sizeof *r->fields;
}

// --- The buffer -------------------------------------------------------------------------------

// Moves what is not yet given out to the front.
static void move_to_front(ccsv_reader *r) {
  size_t by = r->row;
  if (by == 0) return;
  memmove(r->bytes, r->bytes + by, r->end - by);
  r->passed += by;
  r->end -= by;
  r->row = 0;
  r->field -= by;
  r->from -= by;
  r->closing -= r->state == CLOSED ? by : 0;
  r->block = NO_BLOCK;
}

char *ccsv_space(ccsv_reader *r, size_t *capacity) {
  move_to_front(r);
  if (r->capacity - r->end <= r->capacity / 4) {
    size_t grown = r->capacity ? r->capacity * 2 : FIRST_CAPACITY;
    char *bytes = realloc(r->bytes, grown + CCSV_BLOCK);
    if (!bytes) return NULL;
    memset(bytes + grown, 0, CCSV_BLOCK);
    r->bytes = bytes;
    r->capacity = grown;
  }
  *capacity = r->capacity - r->end;
  return r->bytes + r->end;
}

void ccsv_filled(ccsv_reader *r, size_t count) {
  r->end += count;
  if (count == 0) r->is_at_end = true;
  r->block = NO_BLOCK;
}

// --- Errors -----------------------------------------------------------------------------------

// Fails at an offset of the current row.
static ccsv_status fail(ccsv_reader *r, ccsv_reason reason, size_t at) {
  ccsv_error error = {reason, r->line, 1};
  for (size_t i = r->row; i < at; i++) {
    unsigned char c = (unsigned char)r->bytes[i];
    bool ends_line = c == '\n' || (c == '\r' && !(i + 1 < r->end && r->bytes[i + 1] == '\n'));
    if (ends_line) {
      error.line++;
      error.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      error.column++;
    }
  }
  r->error = error;
  return CCSV_FAILED;
}

// --- The beginning of the input ---------------------------------------------------------------

// The delimiter that stands most often in the first line, outside quotes. False when the line is not
// all there.
static bool find_delimiter(ccsv_reader *r) {
  static const char candidates[] = ",;\t|";
  size_t counts[4] = {0};
  bool is_quoted = false, is_whole = r->is_at_end || r->end - r->row > CCSV_ROW_LIMIT;
  bool has_text = false;
  for (size_t i = r->row; i < r->end; i++) {
    char c = r->bytes[i];
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) {
      has_text = true;
      continue;
    }
    if (c == '\n' || c == '\r') {
      if (!has_text) continue;
      is_whole = true;
      break;
    }
    has_text = true;
    const char *found = c ? strchr(candidates, c) : NULL;
    if (found) counts[found - candidates]++;
  }
  if (!is_whole) return false;
  size_t best = 0;
  for (size_t i = 1; i < 4; i++) {
    if (counts[i] > counts[best]) best = i;
  }
  r->delimiter = candidates[best];
  return true;
}

// Passes over a line "sep=;", by which Excel is told. False when it is not all there.
static bool take_separator_line(ccsv_reader *r) {
  const char *at = r->bytes + r->row;
  size_t length = r->end - r->row;
  size_t shared = length < 4 ? length : 4;
  if (memcmp(at, "sep=", shared) != 0) return true;
  if (length < 6) return r->is_at_end;
  if (at[5] != '\n' && at[5] != '\r') return true;
  r->delimiter = at[4];
  r->skips_feed = at[5] == '\r';
  r->row += 6;
  r->line++;
  return true;
}

// Looks at the first bytes. CCSV_ROW when rows may be read.
static ccsv_status begin(ccsv_reader *r) {
  if (r->end < 4 && !r->is_at_end) return CCSV_MORE;
  const char *at = r->bytes;
  size_t length = r->end;
  if (length >= 2 && (memcmp(at, "\xFF\xFE", 2) == 0 || memcmp(at, "\xFE\xFF", 2) == 0)) {
    return fail(r, CCSV_UTF16, 0);
  }
  // What workbooks, old workbooks and compressed files begin with.
  if (length >= 4 && (memcmp(at, "PK\x03\x04", 4) == 0 || memcmp(at, "\xD0\xCF\x11\xE0", 4) == 0 ||
                      memcmp(at, "\x1F\x8B", 2) == 0)) {
    return fail(r, CCSV_NOT_TEXT, 0);
  }
  if (r->row == 0 && length >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) r->row = 3;
  if (!r->delimiter && !take_separator_line(r)) return CCSV_MORE;
  if (!r->delimiter && !find_delimiter(r)) return CCSV_MORE;
  r->field = r->from = r->row;
  r->has_begun = true;
  return CCSV_ROW;
}

// --- Rows -------------------------------------------------------------------------------------

// Loads the block in which `from` lies.
static void load_block(ccsv_reader *r) {
  r->block = r->from & ~(size_t)(CCSV_BLOCK - 1);
  r->mask = scan_block(r->bytes + r->block, r->delimiter);
  r->mask &= ~(uint64_t)0 << (r->from - r->block);
  if (r->end - r->block < CCSV_BLOCK) r->mask &= ((uint64_t)1 << (r->end - r->block)) - 1;
}

// The next meaningful byte from `from` on; false when there is none so far.
static inline bool find(ccsv_reader *r, size_t *at) {
  if (r->from >= r->end) return false;
  if (r->block == NO_BLOCK) load_block(r);
  while (true) {
    while (r->mask == 0) {
      if (r->end - r->block <= CCSV_BLOCK) return false;
      r->block += CCSV_BLOCK;
      r->mask = scan_block(r->bytes + r->block, r->delimiter);
      if (r->end - r->block < CCSV_BLOCK) r->mask &= ((uint64_t)1 << (r->end - r->block)) - 1;
    }
    *at = r->block + (size_t)__builtin_ctzll(r->mask);
    r->mask &= r->mask - 1;
    if (*at >= r->from) return true;
  }
}

// Ends the field whose delimiter or line end is at `at`.
static inline ccsv_status end_field(ccsv_reader *r, size_t at) {
  if (__builtin_expect(r->count == r->field_capacity, 0)) {
    if (r->count >= CCSV_COLUMN_LIMIT) return fail(r, CCSV_TOO_MANY_COLUMNS, r->field);
    size_t grown = r->field_capacity ? r->field_capacity * 2 : 64;
    ccsv_field *fields = realloc(r->fields, grown * sizeof *fields);
    if (!fields) return fail(r, CCSV_NO_MEMORY, r->field);
    r->fields = fields;
    r->field_capacity = grown;
  }
  size_t start = r->field, length = at - start;
  if (r->state == CLOSED) {
    start++;
    length = r->closing - start;
  }
  if (__builtin_expect(length > CCSV_FIELD_LIMIT, 0)) {
    return fail(r, CCSV_FIELD_TOO_LONG, r->field);
  }
  ccsv_field *field = &r->fields[r->count++];
  field->offset = (uint32_t)(start - r->row);
  field->length = (uint32_t)length | (r->is_doubled ? DOUBLED : 0);
  r->field = r->from = at + 1;
  r->state = PLAIN;
  r->is_doubled = false;
  return CCSV_ROW;
}

// Makes one quote of two.
static void close_up(ccsv_field *field, char *row) {
  field->length &= ~DOUBLED;
  char *text = row + field->offset;
  size_t to = 0;
  for (size_t i = 0; i < field->length; i++) {
    text[to++] = text[i];
    if (text[i] == '"') i++;
  }
  field->length = (uint32_t)to;
}

// Fails unless what lies beyond the width is empty.
static ccsv_status check_width(ccsv_reader *r) {
  for (size_t i = r->width; i < r->count; i++) {
    if (r->fields[i].length > 0) {
      return fail(r, CCSV_TOO_MANY_FIELDS, r->row + r->fields[i].offset);
    }
  }
  r->count = r->width;
  return CCSV_ROW;
}

// Gives out the row whose line end is at `at`.
static ccsv_status end_row(ccsv_reader *r, size_t at, ccsv_row *row) {
  char *bytes = r->bytes + r->row;
  size_t bad;
  if (!ccsv_is_utf8(bytes, at - r->row, &bad)) {
    return fail(r, bytes[bad] ? CCSV_NOT_UTF8 : CCSV_ZERO_BYTE, r->row + bad);
  }
  if (r->width == 0) r->width = r->count;
  if (!r->is_ragged && r->count > r->width && check_width(r) == CCSV_FAILED) return CCSV_FAILED;
  for (size_t i = 0; i < r->count; i++) {
    if (r->fields[i].length & DOUBLED) close_up(&r->fields[i], bytes);
  }
  *row = (ccsv_row){bytes, r->fields, r->count, r->line};
  r->line += 1 + r->line_breaks;
  r->line_breaks = 0;
  r->count = 0;
  r->row = at < r->end ? at + 1 : at;
  return CCSV_ROW;
}

// What comes when the buffer holds no more meaningful bytes.
static ccsv_status run_dry(ccsv_reader *r, ccsv_row *row) {
  if (!r->is_at_end) {
    r->from = r->from > r->end ? r->from : r->end;
    if (r->end - r->field > CCSV_FIELD_LIMIT + 2 && r->state != CLOSED) {
      return fail(r, CCSV_FIELD_TOO_LONG, r->field);
    }
    return r->end - r->row > CCSV_ROW_LIMIT ? fail(r, CCSV_ROW_TOO_LONG, r->row) : CCSV_MORE;
  }
  if (r->state == QUOTED) return fail(r, CCSV_UNCLOSED_QUOTE, r->field);
  if (r->count == 0 && r->field >= r->end) return CCSV_END;
  if (end_field(r, r->end) == CCSV_FAILED) return CCSV_FAILED;
  r->field = r->end;
  return end_row(r, r->end, row);
}

// Deals with a meaningful byte inside a quoted field. False when the byte behind it decides and is not
// there.
static inline bool take_quoted(ccsv_reader *r, size_t at) {
  char c = r->bytes[at];
  bool has_next = at + 1 < r->end;
  if (c == '"' || c == '\r') {
    if (!has_next && !r->is_at_end) return false;
    char next = has_next ? r->bytes[at + 1] : 0;
    if (c == '\r') {
      r->line_breaks += next != '\n';
    } else if (has_next && next == '"') {
      r->is_doubled = true;
      r->from = at + 2;
    } else {
      r->closing = at;
      r->state = CLOSED;
    }
  } else if (c == '\n') {
    r->line_breaks++;
  }
  return true;
}

ccsv_status ccsv_next(ccsv_reader *r, ccsv_row *row) {
  if (r->error.reason) return CCSV_FAILED;
  if (!r->has_begun) {
    ccsv_status status = begin(r);
    if (status != CCSV_ROW) return status;
  }
  if (r->skips_feed && r->row < r->end) {
    r->skips_feed = false;
    if (r->bytes[r->row] == '\n') r->field = r->from = ++r->row;
  }
  const char delimiter = r->delimiter;
  size_t at;
  while (find(r, &at)) {
    char c = r->bytes[at];
    if (r->state == QUOTED) {
      if (!take_quoted(r, at)) {
        r->from = at;
        r->block = NO_BLOCK;
        return CCSV_MORE;
      }
      continue;
    }
    if (r->state == CLOSED && at != r->closing + 1) {
      return fail(r, CCSV_TEXT_AFTER_QUOTE, r->closing + 1);
    }
    if (c == delimiter) {
      if (end_field(r, at) == CCSV_FAILED) return CCSV_FAILED;
    } else if (c == '"') {
      if (at == r->field && r->state == PLAIN) {
        r->state = QUOTED;
      }
    } else {
      r->skips_feed = c == '\r';
      if (at == r->row) {  // an empty line
        r->row = r->field = r->from = at + 1;
        r->line++;
        if (r->skips_feed && r->row < r->end) {
          r->skips_feed = false;
          if (r->bytes[r->row] == '\n') r->field = r->from = ++r->row;
        }
        continue;
      }
      if (end_field(r, at) == CCSV_FAILED) return CCSV_FAILED;
      return end_row(r, at, row);
    }
  }
  if (r->state == CLOSED && r->end > r->closing + 1) {
    return fail(r, CCSV_TEXT_AFTER_QUOTE, r->closing + 1);
  }
  return run_dry(r, row);
}
