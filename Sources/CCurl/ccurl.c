#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The gate that keeps a paying request from being sent twice is CURLOPT_PREREQFUNCTION (7.80); response
// headers are read with curl_easy_nextheader (7.84), protocols named by CURLOPT_PROTOCOLS_STR (7.85).
#define OLDEST_VERSION 0x075500
#define OLDEST_VERSION_TEXT "7.85"

struct ccurl_functions ccurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int outcome = -1;
static char reason[512];

static void *look_up(void *library, const char *name) {
  void *symbol = dlsym(library, name);
  if (!symbol && !reason[0])
    snprintf(reason, sizeof reason,
             "libcurl.so.4 lacks %s: install version " OLDEST_VERSION_TEXT
             " or newer (Debian package libcurl4)",
             name);
  return symbol;
}

#define LOOK_UP(member) \
  ccurl.member = (__typeof__(ccurl.member))look_up(library, "curl_" #member)

static void open_library(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(reason, sizeof reason,
             "libcurl cannot be opened: install the Debian package libcurl4 (%s)", dlerror());
    return;
  }
  LOOK_UP(easy_init);
  LOOK_UP(easy_cleanup);
  LOOK_UP(easy_setopt);
  LOOK_UP(easy_getinfo);
  LOOK_UP(easy_strerror);
  LOOK_UP(easy_nextheader);
  LOOK_UP(multi_init);
  LOOK_UP(multi_cleanup);
  LOOK_UP(multi_setopt);
  LOOK_UP(multi_add_handle);
  LOOK_UP(multi_remove_handle);
  LOOK_UP(multi_socket_action);
  LOOK_UP(multi_info_read);
  LOOK_UP(slist_append);
  LOOK_UP(slist_free_all);
  LOOK_UP(url);
  LOOK_UP(url_cleanup);
  LOOK_UP(url_set);
  LOOK_UP(url_get);
  LOOK_UP(free);
  __typeof__(curl_global_init) *global_init =
      (__typeof__(curl_global_init) *)look_up(library, "curl_global_init");
  __typeof__(curl_version_info) *version_info =
      (__typeof__(curl_version_info) *)look_up(library, "curl_version_info");
  if (reason[0]) return;

  const curl_version_info_data *version = version_info(CURLVERSION_NOW);
  if (version->version_num < OLDEST_VERSION) {
    snprintf(reason, sizeof reason,
             "libcurl %s is too old: install version " OLDEST_VERSION_TEXT
             " or newer (Debian package libcurl4)",
             version->version);
    return;
  }
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    snprintf(reason, sizeof reason, "libcurl %s cannot be initialised", version->version);
    return;
  }
  outcome = 0;
}

int ccurl_open(void) {
  pthread_once(&once, open_library);
  return outcome;
}

const char *ccurl_open_error(void) { return reason; }
