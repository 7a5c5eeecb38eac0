// libcurl through its headers alone: opened with dlopen at first use, so that a recipe that makes
// no HTTP call does not pay 5 ms for thirty more shared libraries at start.
//
// ccurl_open() must have returned 0 before anything else here is called. Afterwards everything may be
// called from any thread, each handle from one thread at a time, as libcurl says.
#ifndef CCURL_H
#define CCURL_H
#include <curl/curl.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The functions that were found in the opened library, each under its own type.
struct ccurl_functions {
  __typeof__(curl_easy_init) *easy_init;
  __typeof__(curl_easy_cleanup) *easy_cleanup;
  __typeof__(curl_easy_setopt) *easy_setopt;
  __typeof__(curl_easy_getinfo) *easy_getinfo;
  __typeof__(curl_easy_strerror) *easy_strerror;
  __typeof__(curl_easy_nextheader) *easy_nextheader;
  __typeof__(curl_multi_init) *multi_init;
  __typeof__(curl_multi_cleanup) *multi_cleanup;
  __typeof__(curl_multi_setopt) *multi_setopt;
  __typeof__(curl_multi_add_handle) *multi_add_handle;
  __typeof__(curl_multi_remove_handle) *multi_remove_handle;
  __typeof__(curl_multi_socket_action) *multi_socket_action;
  __typeof__(curl_multi_info_read) *multi_info_read;
  __typeof__(curl_slist_append) *slist_append;
  __typeof__(curl_url) *url;
  __typeof__(curl_url_cleanup) *url_cleanup;
  __typeof__(curl_url_set) *url_set;
  __typeof__(curl_url_get) *url_get;
  __typeof__(curl_free) *free;
  __typeof__(curl_slist_free_all) *slist_free_all;
};
// Written once, before ccurl_open() returns; Swift goes through the wrappers below.
extern struct ccurl_functions ccurl;

// Opens libcurl.so.4 and looks its functions up, once per process. Returns 0, or −1 when it cannot be
// used; ccurl_open_error() then says why in one sentence that names the missing package.
int ccurl_open(void);
const char *ccurl_open_error(void);

static inline CURL *ccurl_easy_init(void) { return ccurl.easy_init(); }
static inline void ccurl_easy_cleanup(CURL *easy) { ccurl.easy_cleanup(easy); }
static inline const char *ccurl_easy_strerror(CURLcode code) { return ccurl.easy_strerror(code); }
static inline struct curl_header *ccurl_easy_nextheader(
    CURL *easy, unsigned int origin, int request, struct curl_header *previous) {
  return ccurl.easy_nextheader(easy, origin, request, previous);
}
static inline CURLM *ccurl_multi_init(void) { return ccurl.multi_init(); }
static inline CURLMcode ccurl_multi_cleanup(CURLM *multi) { return ccurl.multi_cleanup(multi); }
static inline CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) {
  return ccurl.multi_add_handle(multi, easy);
}
static inline CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) {
  return ccurl.multi_remove_handle(multi, easy);
}
static inline CURLMcode ccurl_multi_socket_action(
    CURLM *multi, curl_socket_t socket, int events, int *running) {
  return ccurl.multi_socket_action(multi, socket, events, running);
}
static inline CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) {
  return ccurl.multi_info_read(multi, left);
}
static inline struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *line) {
  return ccurl.slist_append(list, line);
}
static inline void ccurl_slist_free_all(struct curl_slist *list) { ccurl.slist_free_all(list); }

static inline CURLU *ccurl_url(void) { return ccurl.url(); }
static inline void ccurl_url_cleanup(CURLU *url) { ccurl.url_cleanup(url); }
static inline CURLUcode ccurl_url_set(
    CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
  return ccurl.url_set(url, part, text, flags);
}
static inline CURLUcode ccurl_url_get(
    CURLU *url, CURLUPart part, char **text, unsigned int flags) {
  return ccurl.url_get(url, part, text, flags);
}
static inline void ccurl_free(void *memory) { ccurl.free(memory); }

// Swift cannot call variadic functions; one wrapper for each type that travels through them.
static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return ccurl.easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, int64_t value) {
  return ccurl.easy_setopt(easy, option, (curl_off_t)value);
}
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return ccurl.easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
  return ccurl.easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_write_function(CURL *easy, curl_write_callback function) {
  return ccurl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
}
static inline CURLcode ccurl_set_prereq_function(CURL *easy, curl_prereq_callback function) {
  return ccurl.easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}
static inline CURLcode ccurl_set_open_socket_function(
    CURL *easy, curl_opensocket_callback function) {
  return ccurl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}
static inline CURLcode ccurl_set_close_socket_function(
    CURL *easy, curl_closesocket_callback function) {
  return ccurl.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, function);
}
static inline CURLcode ccurl_info_long(CURL *easy, CURLINFO info, long *value) {
  return ccurl.easy_getinfo(easy, info, value);
}
static inline CURLcode ccurl_info_offset(CURL *easy, CURLINFO info, int64_t *value) {
  curl_off_t offset = 0;
  CURLcode code = ccurl.easy_getinfo(easy, info, &offset);
  *value = offset;
  return code;
}
static inline CURLcode ccurl_info_string(CURL *easy, CURLINFO info, const char **value) {
  return ccurl.easy_getinfo(easy, info, value);
}
static inline CURLcode ccurl_info_pointer(CURL *easy, CURLINFO info, void **value) {
  return ccurl.easy_getinfo(easy, info, value);
}
static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return ccurl.multi_setopt(multi, option, value);
}
static inline CURLMcode ccurl_multi_set_pointer(
    CURLM *multi, CURLMoption option, const void *value) {
  return ccurl.multi_setopt(multi, option, value);
}
static inline CURLMcode ccurl_multi_set_socket_function(
    CURLM *multi, curl_socket_callback function) {
  return ccurl.multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}
static inline CURLMcode ccurl_multi_set_timer_function(
    CURLM *multi, curl_multi_timer_callback function) {
  return ccurl.multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}

#ifdef __cplusplus
}
#endif
#endif
