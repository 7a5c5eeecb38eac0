// Finding the bytes that mean something in CSV, 64 at a time.
#ifndef CARGO_CCSV_SCAN_H
#define CARGO_CCSV_SCAN_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The size of a block, and how many readable bytes a buffer needs behind its end.
#define CCSV_BLOCK 64

// One bit for each byte of a block that is the delimiter, a quote, a line feed or a carriage return.
static inline uint64_t scan_block(const char *block, char delimiter) {
#if defined(__SSE2__)
  const __m128i separator = _mm_set1_epi8(delimiter), quote = _mm_set1_epi8('"');
  const __m128i feed = _mm_set1_epi8('\n'), carriage = _mm_set1_epi8('\r');
  uint64_t mask = 0;
  for (int part = 0; part < 4; part++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * part));
    __m128i found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, separator), _mm_cmpeq_epi8(bytes, quote)),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, feed), _mm_cmpeq_epi8(bytes, carriage)));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * part);
  }
  return mask;
#else
  uint64_t mask = 0;
  for (int i = 0; i < CCSV_BLOCK; i++) {
    char c = block[i];
    mask |= (uint64_t)(c == delimiter || c == '"' || c == '\n' || c == '\r') << i;
  }
  return mask;
#endif
}

// How many bytes from the start are ASCII other than zero, looked at 16 at a time: the answer may be
// up to 15 too low.
static inline size_t scan_plain(const char *bytes, size_t length) {
  size_t i = 0;
#if defined(__SSE2__)
  for (; i + 16 <= length; i += 16) {
    __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
    // As signed bytes, those of ASCII but zero are the positive ones.
    if (_mm_movemask_epi8(_mm_cmpgt_epi8(part, _mm_setzero_si128())) != 0xFFFF) break;
  }
#else
  const uint64_t ones = 0x0101010101010101u;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    if (((word - ones) | word) & (ones * 0x80)) break;
  }
#endif
  return i;
}

#endif
