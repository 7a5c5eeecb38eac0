#define _GNU_SOURCE
#include "CPlatform.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>

// glibc's table of widths belongs to a locale. The process stays in "C", where Lua's character
// classes are those that recipes expect.
static locale_t unicode_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_locale(void) { unicode_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

int platform_columns(uint32_t scalar) {
  pthread_once(&once, open_locale);
  if (!unicode_locale) return 1;
  locale_t previous = uselocale(unicode_locale);
  int columns = wcwidth((wchar_t)scalar);
  uselocale(previous);
  return columns;
}
