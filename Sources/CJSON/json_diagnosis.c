// Where and why a text is not JSON. Runs on refused texts only, so it is plain rather than fast.

#include "json_diagnosis.h"

#include <math.h>
#include <stdlib.h>

typedef struct scanner {
  const char *start;
  const char *at;
  const char *end;
  const char *reason;
  const char *where;
} scanner;

static bool fail(scanner *s, const char *where, const char *reason) {
  s->where = where;
  s->reason = reason;
  return false;
}

static void skip_space(scanner *s) {
  while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) {
    s->at++;
  }
}

static bool scan_escape(scanner *s) {
  const char *escape = s->at++;
  if (s->at == s->end) return fail(s, s->end, "the string has no end");
  char c = *s->at++;
  if (c != 'u') {
    return c != 0 && strchr("\"\\/bfnrt", c) ? true : fail(s, escape, "unknown escape in a string");
  }
  for (int i = 0; i < 4; i++, s->at++) {
    char d = s->at < s->end ? *s->at : 0;
    bool is_hex = (d >= '0' && d <= '9') || (d >= 'a' && d <= 'f') || (d >= 'A' && d <= 'F');
    if (!is_hex) return fail(s, escape, "\\u needs four hexadecimal digits");
  }
  return true;
}

static bool scan_string(scanner *s) {
  s->at++;
  while (s->at < s->end) {
    unsigned char c = (unsigned char)*s->at;
    if (c == '"') {
      s->at++;
      return true;
    }
    if (c == '\\') {
      if (!scan_escape(s)) return false;
    } else if (c < 0x20) {
      return fail(s, s->at, "a control character in a string must be escaped");
    } else {
      size_t size = cj_sequence_length(s->at, (size_t)(s->end - s->at));
      if (size == 0) return fail(s, s->at, "the text is not valid UTF-8");
      s->at += size;
    }
  }
  return fail(s, s->end, "the string has no end");
}

static bool scan_digits(scanner *s) {
  const char *first = s->at;
  while (s->at < s->end && *s->at >= '0' && *s->at <= '9') s->at++;
  return s->at > first;
}

static bool scan_number(scanner *s) {
  const char *number = s->at;
  if (*s->at == '-') s->at++;
  const char *digits = s->at;
  if (!scan_digits(s)) return fail(s, number, "a number needs digits");
  if (*digits == '0' && s->at - digits > 1) return fail(s, number, "a number has a leading zero");
  if (s->at < s->end && *s->at == '.') {
    s->at++;
    if (!scan_digits(s)) return fail(s, number, "a number needs digits after its point");
  }
  if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
    s->at++;
    if (s->at < s->end && (*s->at == '+' || *s->at == '-')) s->at++;
    if (!scan_digits(s)) return fail(s, number, "a number needs digits in its exponent");
  }
  // strtod stops at the same place in every locale whose point is a point; the exponent decides.
  if (isinf(strtod(number, NULL))) return fail(s, number, "a number is too large for a double");
  return true;
}

static bool scan_word(scanner *s, const char *word) {
  size_t size = strlen(word);
  if ((size_t)(s->end - s->at) < size || memcmp(s->at, word, size) != 0) {
    return fail(s, s->at, "a value is expected");
  }
  s->at += size;
  return true;
}

static bool scan_scalar(scanner *s) {
  switch (*s->at) {
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default: break;
  }
  if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9')) return scan_number(s);
  if (cj_sequence_length(s->at, (size_t)(s->end - s->at)) == 0) {
    return fail(s, s->at, "the text is not valid UTF-8");
  }
  return fail(s, s->at, "a value is expected");
}

// The key of a member and its colon.
static bool scan_key(scanner *s) {
  skip_space(s);
  if (s->at == s->end) return fail(s, s->end, "the text ends inside an object");
  if (*s->at != '"') return fail(s, s->at, "a key in quotes is expected");
  if (!scan_string(s)) return false;
  skip_space(s);
  if (s->at == s->end) return fail(s, s->end, "the text ends inside an object");
  if (*s->at != ':') return fail(s, s->at, "a colon is expected");
  s->at++;
  return true;
}

// What follows a value: closing brackets, then a comma or the end. `*depth` is the number of open
// containers and `closers` their closing brackets.
static bool scan_after_value(scanner *s, char *closers, int *depth) {
  for (;;) {
    skip_space(s);
    if (*depth == 0) return true;
    char closer = closers[*depth - 1];
    if (s->at == s->end) {
      return fail(
          s, s->end,
          closer == '}' ? "the text ends inside an object" : "the text ends inside an array");
    }
    if (*s->at == ',') {
      s->at++;
      return closer == '}' ? scan_key(s) : true;
    }
    if (*s->at != closer) {
      return fail(
          s, s->at, closer == '}' ? "a comma or } is expected" : "a comma or ] is expected");
    }
    s->at++;
    --*depth;
  }
}

static bool scan_text(scanner *s) {
  char closers[CJ_MAX_DEPTH];
  int depth = 0;
  for (;;) {
    skip_space(s);
    if (s->at == s->end) {
      return fail(
          s, s->end, depth == 0 ? "it is empty" : "the text ends where a value is expected");
    }
    if (*s->at == '[' || *s->at == '{') {
      char closer = *s->at == '[' ? ']' : '}';
      if (depth == CJ_MAX_DEPTH) return fail(s, s->at, "it is nested more than 200 levels deep");
      closers[depth++] = closer;
      s->at++;
      skip_space(s);
      if (s->at == s->end || *s->at != closer) {
        if (closer == '}' && !scan_key(s)) return false;
        continue;
      }
      s->at++;
      depth--;
    } else if (!scan_scalar(s)) {
      return false;
    }
    if (!scan_after_value(s, closers, &depth)) return false;
    if (depth == 0) break;
  }
  return s->at == s->end ? true : fail(s, s->at, "more text follows the value");
}

void cj_diagnose(const char *bytes, size_t length, cj_error *error) {
  memset(error, 0, sizeof *error);
  // A zero byte behind the text, for strtod; the caller's bytes need not have one.
  char *copy = malloc(length + 1);
  if (!copy) {
    error->reason = "it does not fit into memory";
    return;
  }
  memcpy(copy, bytes, length);
  copy[length] = 0;
  size_t mark = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  scanner s = {.start = copy, .at = copy + mark, .end = copy + length};
  if (!scan_text(&s)) {
    error->reason = s.reason;
    error->offset = (size_t)(s.where - copy);
    error->line = 1;
    const char *line = copy;
    for (const char *p = copy; p < s.where; p++) {
      if (*p == '\n') {
        error->line++;
        line = p + 1;
      }
    }
    error->column = (size_t)(s.where - line) + 1;
  }
  free(copy);
}
