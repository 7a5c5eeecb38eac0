// The pieces of a writer, and looks inside that are more than one step.

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "CJSON.h"

namespace {

inline bool isSpecial(uint8_t byte) {
  return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

// A growing text on malloc.
struct Text {
  char *bytes = nullptr;
  size_t length = 0;
  size_t capacity = 0;
  bool failed = false;

  bool reserve(size_t more) {
    if (capacity - length >= more) return true;
    size_t wanted = (capacity * 2 > length + more) ? capacity * 2 : length + more + 64;
    char *grown = static_cast<char *>(realloc(bytes, wanted));
    if (!grown) {
      failed = true;
      return false;
    }
    bytes = grown;
    capacity = wanted;
    return true;
  }

  void add(const char *text, size_t size) {
    if (!reserve(size)) return;
    memcpy(bytes + length, text, size);
    length += size;
  }

  void add(char c) { add(&c, 1); }

  void addString(const char *text, size_t size) {
    add('"');
    while (size > 0) {
      size_t plain = cj_plain_length(text, size);
      // A document's strings are valid UTF-8: what is beyond ASCII is copied as it is.
      while (plain < size && uint8_t(text[plain]) >= 0x80) plain++;
      add(text, plain);
      text += plain;
      size -= plain;
      if (size == 0) break;
      char escape[6];
      size_t escaped = cj_escape(escape, uint8_t(*text));
      if (escaped == 0) continue;
      add(escape, escaped);
      text++;
      size--;
    }
    add('"');
  }
};

void serialise(cj_value value, Text &out) {
  switch (cj_tag(value)) {
    case CJ_NULL: return out.add("null", 4);
    case CJ_TRUE: return out.add("true", 4);
    case CJ_FALSE: return out.add("false", 5);
    case CJ_STRING: {
      size_t length;
      const char *text = cj_string(value, &length);
      return out.addString(text, length);
    }
    case CJ_INT64:
    case CJ_UINT64:
    case CJ_DOUBLE: {
      if (!out.reserve(CJ_NUMBER_LENGTH)) return;
      char *to = out.bytes + out.length;
      if (cj_tag(value) == CJ_DOUBLE) {
        out.length += cj_write_double(to, cj_double(value));
      } else if (cj_tag(value) == CJ_INT64) {
        out.length += cj_write_int64(to, cj_int64(value));
      } else {
        char *end = std::to_chars(to, to + CJ_NUMBER_LENGTH, cj_uint64(value)).ptr;
        out.length = size_t(end - out.bytes);
      }
      return;
    }
    default: break;
  }
  bool isObject = cj_tag(value) == CJ_OBJECT;
  out.add(isObject ? '{' : '[');
  size_t end = cj_end(value);
  for (size_t index = cj_first(value); index < end && !out.failed;) {
    if (index > cj_first(value)) out.add(',');
    if (isObject) {
      serialise(cj_at(value, index), out);
      out.add(':');
      index++;
    }
    serialise(cj_at(value, index), out);
    index = cj_after(cj_at(value, index));
  }
  out.add(isObject ? '}' : ']');
}

}  // namespace

extern "C" size_t cj_plain_length(const char *bytes, size_t length) {
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    if (cj_special_bytes(word)) break;
  }
  while (i < length && !isSpecial(uint8_t(bytes[i]))) i++;
  return i;
}

extern "C" size_t cj_sequence_length(const char *bytes, size_t length) {
  if (length == 0) return 0;
  auto at = [bytes](size_t i) { return uint8_t(bytes[i]); };
  auto continues = [&](size_t i) { return i < length && (at(i) & 0xC0) == 0x80; };
  uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    // No longer form of a shorter sequence, and no surrogates.
    if (first == 0xE0 && at(1) < 0xA0) return 0;
    if (first == 0xED && at(1) >= 0xA0) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && at(1) < 0x90) return 0;
    if (first == 0xF4 && at(1) >= 0x90) return 0;
    return 4;
  }
  return 0;
}

extern "C" size_t cj_escape(char *out, uint8_t byte) {
  char letter = 0;
  switch (byte) {
    case '"': letter = '"'; break;
    case '\\': letter = '\\'; break;
    case '\b': letter = 'b'; break;
    case '\f': letter = 'f'; break;
    case '\n': letter = 'n'; break;
    case '\r': letter = 'r'; break;
    case '\t': letter = 't'; break;
    default: break;
  }
  out[0] = '\\';
  if (letter) {
    out[1] = letter;
    return 2;
  }
  if (byte >= 0x20) return 0;
  const char *digits = "0123456789abcdef";
  memcpy(out + 1, "u00", 3);
  out[4] = digits[byte >> 4];
  out[5] = digits[byte & 15];
  return 6;
}

extern "C" size_t cj_write_int64(char *out, int64_t number) {
  return size_t(std::to_chars(out, out + CJ_NUMBER_LENGTH, number).ptr - out);
}

extern "C" size_t cj_write_double(char *out, double number) {
  if (!std::isfinite(number)) return 0;
  if (std::fabs(number) < 9007199254740992.0 && number == std::trunc(number)) {
    if (number != 0 || !std::signbit(number)) return cj_write_int64(out, int64_t(number));
    memcpy(out, "-0.0", 4);
    return 4;
  }
  size_t length = size_t(std::to_chars(out, out + CJ_NUMBER_LENGTH, number).ptr - out);
  for (size_t i = 0; i < length; i++) {
    if (out[i] == '.' || out[i] == 'e') return length;
  }
  // All digits: an exponent keeps it a float.
  auto scientific = std::chars_format::scientific;
  return size_t(std::to_chars(out, out + CJ_NUMBER_LENGTH, number, scientific).ptr - out);
}

extern "C" bool cj_member(cj_value object, const char *key, size_t length, cj_value *member) {
  if (cj_tag(object) != CJ_OBJECT) return false;
  bool found = false;
  size_t end = cj_end(object);
  for (size_t index = cj_first(object); index < end;) {
    size_t size;
    const char *text = cj_string(cj_at(object, index), &size);
    cj_value value = cj_at(object, index + 1);
    if (size == length && memcmp(text, key, length) == 0) {
      *member = value;
      found = true;
    }
    index = cj_after(value);
  }
  return found;
}

extern "C" bool cj_element(cj_value array, size_t position, cj_value *element) {
  if (cj_tag(array) != CJ_ARRAY) return false;
  size_t end = cj_end(array);
  for (size_t index = cj_first(array); index < end; index = cj_after(cj_at(array, index))) {
    if (position-- == 0) {
      *element = cj_at(array, index);
      return true;
    }
  }
  return false;
}

extern "C" char *cj_serialise(cj_value value, size_t *length) {
  Text out;
  serialise(value, out);
  if (out.failed) {
    free(out.bytes);
    return nullptr;
  }
  *length = out.length;
  return out.bytes;
}
