// UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing beyond U+10FFFF; and no zero bytes.
#include "CCSV.h"
#include "scan.h"

// The length of the sequence at the start, 0 when it is none.
static size_t sequence(const unsigned char *at, size_t length) {
  unsigned char first = at[0];
  if (first < 0x80) return first != 0;
  size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || size > length) return 0;
  for (size_t i = 1; i < size; i++) {
    if ((at[i] & 0xC0) != 0x80) return 0;
  }
  unsigned char second = at[1];
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return size;
}

bool ccsv_is_utf8(const char *bytes, size_t length, size_t *bad) {
  size_t i = 0;
  while (true) {
    i += scan_plain(bytes + i, length - i);
    // One by one as far as the next stretch of sixteen may begin.
    for (size_t count = 0; count < 16 && i < length; count++) {
      size_t size = sequence((const unsigned char *)bytes + i, length - i);
      if (size == 0) {
        *bad = i;
        return false;
      }
      i += size;
    }
    if (i >= length) return true;
  }
}
