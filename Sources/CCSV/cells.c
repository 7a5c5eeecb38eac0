// Writing cells.
#include <string.h>

#include "CCSV.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands in signed numbers and in phone numbers. Without letters there is no function, no
// reference to a cell and no call of another program.
static bool is_of_number(const char *bytes, size_t length, size_t i) {
  char c = bytes[i];
  if (is_digit(c)) return true;
  if (c == 'e' || c == 'E') return i > 1 && is_digit(bytes[i - 1]) && i + 1 < length;
  return c != 0 && strchr(" .,()/-+%", c) != NULL;
}

bool ccsv_is_formula(const char *bytes, size_t length) {
  if (length == 0) return false;
  switch (bytes[0]) {
    case '=': case '@': case '\t': case '\r': return true;
    case '+': case '-': break;
    default: return false;
  }
  for (size_t i = 1; i < length; i++) {
    if (!is_of_number(bytes, length, i)) return true;
  }
  return false;
}

static bool needs_quotes(const char *bytes, size_t length, char delimiter) {
  for (size_t i = 0; i < length; i++) {
    char c = bytes[i];
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

size_t ccsv_put_cell(
    char *out, const char *bytes, size_t length, char delimiter, unsigned flags) {
  char *at = out;
  bool is_formula = flags & CCSV_ESCAPE_FORMULAS && ccsv_is_formula(bytes, length);
  bool is_quoted = length == 0 ? flags & CCSV_ALONE : needs_quotes(bytes, length, delimiter);
  if (is_quoted) *at++ = '"';
  if (is_formula) *at++ = '\'';
  if (!is_quoted) {
    if (length) memcpy(at, bytes, length);
    return (size_t)(at - out) + length;
  }
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '"') *at++ = '"';
    *at++ = bytes[i];
  }
  *at++ = '"';
  return (size_t)(at - out);
}
