// What a text may be read as.
#include <stdlib.h>
#include <string.h>

#include "CCSV.h"

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_number(const char *bytes, size_t length) {
  size_t i = length > 0 && bytes[0] == '-';
  size_t start = i;
  while (i < length && is_digit(bytes[i])) i++;
  size_t whole = i - start;
  if (whole == 0 || (whole > 1 && bytes[start] == '0')) return false;
  if (i == length) return whole <= 15 && !(start == 1 && whole == 1 && bytes[1] == '0');
  if (bytes[i] != '.') return false;
  size_t point = i++;
  while (i < length && is_digit(bytes[i])) i++;
  return i == length && i > point + 1 && whole + (i - point - 1) <= 17;
}

static bool is_boolean(const char *bytes, size_t length) {
  char lower[5];
  if (length != 4 && length != 5) return false;
  for (size_t i = 0; i < length; i++) lower[i] = (char)(bytes[i] | 0x20);
  return memcmp(lower, length == 4 ? "true" : "false", length) == 0;
}

// The number in `count` digits, -1 when they are none.
static int digits(const char *bytes, size_t count) {
  int number = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_digit(bytes[i])) return -1;
    number = number * 10 + (bytes[i] - '0');
  }
  return number;
}

static bool is_day(const char *bytes) {
  if (bytes[4] != '-' || bytes[7] != '-') return false;
  int year = digits(bytes, 4), month = digits(bytes + 5, 2), day = digits(bytes + 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= lengths[month - 1] + (month == 2 && is_leap);
}

// The place behind "hh:mm" or "hhmm"; NULL when there is none.
static const char *clock_end(const char *at, const char *end, bool needs_colon) {
  bool has_colon = end - at >= 5 && at[2] == ':';
  if (!has_colon && (needs_colon || end - at < 4)) return NULL;
  int hour = digits(at, 2), minute = digits(at + 2 + has_colon, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return NULL;
  return at + 4 + has_colon;
}

static bool is_date(const char *bytes, size_t length) {
  if (length < 10 || length > 35 || !is_day(bytes)) return false;
  if (length == 10) return true;
  const char *end = bytes + length;
  if (bytes[10] != 'T' && bytes[10] != ' ') return false;
  const char *at = clock_end(bytes + 11, end, true);
  if (!at) return false;
  if (at < end && *at == ':') {
    int second = end - at >= 3 ? digits(at + 1, 2) : -1;
    if (second < 0 || second > 60) return false;
    at += 3;
    if (at < end && *at == '.') {
      const char *fraction = ++at;
      while (at < end && is_digit(*at)) at++;
      if (at == fraction) return false;
    }
  }
  if (at == end) return true;
  if (*at == 'Z') return at + 1 == end;
  if (*at != '+' && *at != '-') return false;
  return clock_end(at + 1, end, false) == end;
}

unsigned ccsv_kinds(const char *bytes, size_t length, unsigned kinds) {
  if (kinds & CCSV_NUMBER && !is_number(bytes, length)) kinds &= ~(unsigned)CCSV_NUMBER;
  if (kinds & CCSV_BOOLEAN && !is_boolean(bytes, length)) kinds &= ~(unsigned)CCSV_BOOLEAN;
  if (kinds & CCSV_DATE && !is_date(bytes, length)) kinds &= ~(unsigned)CCSV_DATE;
  return kinds;
}

bool ccsv_survey(const ccsv_row *row, size_t count, uint64_t *filled, uint8_t *kinds) {
  bool has_value = false;
  if (row->count < count) count = row->count;
  for (size_t i = 0; i < count; i++) {
    ccsv_field field = row->fields[i];
    if (field.length == 0) continue;
    has_value = true;
    filled[i]++;
    if (kinds[i]) {
      kinds[i] = (uint8_t)ccsv_kinds(row->bytes + field.offset, field.length, kinds[i]);
    }
  }
  return has_value;
}

bool ccsv_number(const char *bytes, size_t length, int64_t *integer, double *real) {
  static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  bool is_negative = length > 0 && bytes[0] == '-';
  int64_t number = 0;
  size_t point = length;
  for (size_t i = is_negative; i < length; i++) {
    if (bytes[i] == '.') {
      point = i;
    } else {
      number = number * 10 + (bytes[i] - '0');
    }
  }
  if (point == length) {
    *integer = is_negative ? -number : number;
    return true;
  }
  if (length - is_negative <= 16) {
    // Both are exact with up to 15 digits, so the quotient is the nearest double.
    double value = (double)number / powers[length - point - 1];
    *real = is_negative ? -value : value;
    return false;
  }
  char text[24];
  size_t size = length < sizeof text ? length : sizeof text - 1;
  memcpy(text, bytes, size);
  text[size] = 0;
  *real = strtod(text, NULL);
  return false;
}
