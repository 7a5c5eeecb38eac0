#define _GNU_SOURCE
#include "CPlatform.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
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

static int give(posix_spawn_file_actions_t *actions, int descriptor, int as, int flags) {
  if (descriptor < 0) return posix_spawn_file_actions_addopen(actions, as, "/dev/null", flags, 0);
  return posix_spawn_file_actions_adddup2(actions, descriptor, as);
}

int platform_spawn(
    const char *path, char *const arguments[], char *const environment[], int input, int output,
    int error, int *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code) return code;
  code = posix_spawnattr_init(&attributes);
  if (code) {
    posix_spawn_file_actions_destroy(&actions);
    return code;
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  code = give(&actions, input, 0, O_RDONLY);
  if (!code) code = give(&actions, output, 1, O_WRONLY);
  if (!code) code = give(&actions, error, 2, O_WRONLY);
  if (!code) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (!code) code = posix_spawn(process, path, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}
