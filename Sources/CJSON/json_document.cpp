// Parsing: simdjson's DOM parser, its pool, and the two repairs of the input it needs.

#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "json_diagnosis.h"

namespace dom = simdjson::dom;

struct cj_document {
  dom::parser parser;
  // A copy of the text with the padding that simdjson reads into; also where repairs are made.
  char *input = nullptr;
  size_t capacity = 0;
  cj_document *next = nullptr;

  ~cj_document() { free(input); }
};

namespace {

// Documents up to this size stay in the pool with their buffers, about eleven times as large (of
// which three are touched).
constexpr size_t keptCapacity = size_t(1) << 20;
// A parser in use keeps larger buffers up to this size, as long as its documents need them.
constexpr size_t largeCapacity = size_t(16) << 20;
constexpr int keptParsers = 8;

struct Pool {
  cj_document *first = nullptr;
  int count = 0;

  ~Pool() {
    while (first) {
      cj_document *next = first->next;
      delete first;
      first = next;
    }
  }
};

thread_local Pool pool;

void freeBuffers(cj_document *document) {
  free(document->input);
  document->input = nullptr;
  document->capacity = 0;
  (void)document->parser.doc.allocate(0);
  (void)document->parser.allocate(1024, CJ_MAX_DEPTH + 1);
}

bool reserve(cj_document *document, size_t length) {
  size_t needed = length + simdjson::SIMDJSON_PADDING;
  if (document->capacity > keptCapacity && needed < document->capacity / 4) freeBuffers(document);
  if (document->capacity >= needed) return true;
  free(document->input);
  document->input = static_cast<char *>(malloc(needed));
  document->capacity = document->input ? needed : 0;
  return document->input != nullptr;
}

// The value of four hexadecimal digits, or −1.
int hexadecimal(const char *digits) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    char c = digits[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// Replaces each escaped surrogate that has no partner by �, in place: the two are equally long.
// A backslash opens an escape wherever it is met, as outside strings it is an error anyway.
void repairSurrogates(char *text, size_t length) {
  char *end = text + length;
  char *p = static_cast<char *>(memchr(text, '\\', length));
  while (p) {
    if (end - p >= 6 && p[1] == 'u') {
      int unit = hexadecimal(p + 2);
      if (unit >= 0xD800 && unit < 0xDC00) {
        int low = end - p >= 12 && p[6] == '\\' && p[7] == 'u' ? hexadecimal(p + 8) : -1;
        if (low >= 0xDC00 && low < 0xE000) {
          p += 6;
        } else {
          memcpy(p + 2, "fffd", 4);
        }
      } else if (unit >= 0xDC00 && unit < 0xE000) {
        memcpy(p + 2, "fffd", 4);
      }
      p += 6;
    } else {
      p += 2;
    }
    p = p < end ? static_cast<char *>(memchr(p, '\\', size_t(end - p))) : nullptr;
  }
}

// Whether an integer token does not fit 64 bits.
bool isBeyond64Bits(const char *digits, size_t count, bool negative) {
  const char *limit = negative ? "9223372036854775808" : "18446744073709551615";
  size_t limitCount = negative ? 19 : 20;
  if (count != limitCount) return count > limitCount;
  return memcmp(digits, limit, count) > 0;
}

// Gives integers beyond 64 bits an exponent, which makes them doubles: 12…34 becomes 12…34e0.
// Returns the new length; 0 when there are none or memory is out.
size_t widenIntegers(cj_document *document, size_t length) {
  const char *text = document->input;
  size_t wide = 0;
  char *out = nullptr;
  char *to = nullptr;
  for (int pass = 0; pass < 2; pass++) {
    size_t i = 0;
    size_t copied = 0;
    while (i < length) {
      char c = text[i];
      if (c == '"') {
        for (i++; i < length && text[i] != '"'; i++) {
          if (text[i] == '\\') i++;
        }
        i++;
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        bool negative = c == '-';
        size_t start = negative ? i + 1 : i;
        size_t end = start;
        while (end < length && text[end] >= '0' && text[end] <= '9') end++;
        char after = end < length ? text[end] : ' ';
        bool isInteger = after != '.' && after != 'e' && after != 'E';
        if (isInteger && isBeyond64Bits(text + start, end - start, negative)) {
          if (pass == 0) {
            wide++;
          } else {
            memcpy(to, text + copied, end - copied);
            to += end - copied;
            memcpy(to, "e0", 2);
            to += 2;
            copied = end;
          }
        }
        i = end;
        // The digits of a fraction or an exponent are not a token of their own.
        while (i < length && strchr("+-.eE0123456789", text[i]) && text[i]) i++;
      } else {
        i++;
      }
    }
    if (pass == 0) {
      if (wide == 0) return 0;
      size_t capacity = length + 2 * wide + simdjson::SIMDJSON_PADDING;
      out = to = static_cast<char *>(malloc(capacity));
      if (!out) return 0;
      document->capacity = capacity;
    } else {
      memcpy(to, text + copied, length - copied);
    }
  }
  free(document->input);
  document->input = out;
  return length + 2 * wide;
}

void addPadding(cj_document *document, size_t length) {
  memset(document->input + length, ' ', simdjson::SIMDJSON_PADDING);
}

}  // namespace

extern "C" cj_document *cj_document_acquire(void) {
  if (pool.first) {
    cj_document *document = pool.first;
    pool.first = document->next;
    pool.count--;
    return document;
  }
  cj_document *document = new (std::nothrow) cj_document;
  // simdjson counts a scalar as a level of its own.
  if (document && document->parser.allocate(1024, CJ_MAX_DEPTH + 1) != simdjson::SUCCESS) {
    delete document;
    return nullptr;
  }
  return document;
}

extern "C" void cj_document_release(cj_document *document) {
  if (!document) return;
  if (document->capacity > keptCapacity || pool.count >= keptParsers) {
    delete document;
    return;
  }
  document->next = pool.first;
  pool.first = document;
  pool.count++;
}

extern "C" void cj_document_trim(cj_document *document) {
  if (document->capacity > largeCapacity) freeBuffers(document);
}

extern "C" bool cj_parse(
    cj_document *document, const char *bytes, size_t length, cj_error *error) {
  size_t skipped = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  size_t size = length - skipped;
  if (!reserve(document, size)) {
    *error = cj_error{"it does not fit into memory", 0, 1, 1};
    return false;
  }
  memcpy(document->input, bytes + skipped, size);
  addPadding(document, size);
  repairSurrogates(document->input, size);

  auto code = document->parser.parse(document->input, size, false).error();
  if (code == simdjson::NUMBER_ERROR) {
    size_t widened = widenIntegers(document, size);
    if (widened > 0) {
      addPadding(document, widened);
      code = document->parser.parse(document->input, widened, false).error();
    }
  }
  if (code == simdjson::SUCCESS) return true;
  cj_diagnose(bytes, length, error);
  if (!error->reason) {
    // The diagnosis is written apart from the parser; where it sees nothing, the parser is right.
    *error = cj_error{simdjson::error_message(code), 0, 1, 1};
  }
  return false;
}

extern "C" cj_value cj_root(const cj_document *document) {
  return cj_value{document->parser.doc.tape.get(), document->parser.doc.string_buf.get(), 1};
}
