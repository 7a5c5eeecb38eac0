#include "CJavaScript.h"
#include "sandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// The part of JavaScriptCore's C API that is used (JavaScriptCore/JSBase.h and its like); every type
// there is a pointer to something opaque.
typedef const void *js_ref;

static struct {
  js_ref (*JSContextGroupCreate)(void);
  void (*JSContextGroupSetExecutionTimeLimit)(js_ref, double, void *, void *);
  js_ref (*JSGlobalContextCreateInGroup)(js_ref, js_ref);
  void (*JSGlobalContextRelease)(js_ref);
  js_ref (*JSEvaluateScript)(js_ref, js_ref, js_ref, js_ref, int, js_ref *);
  js_ref (*JSObjectCallAsFunction)(js_ref, js_ref, js_ref, size_t, const js_ref *, js_ref *);
  js_ref (*JSValueMakeString)(js_ref, js_ref);
  int (*JSValueGetType)(js_ref, js_ref);
  js_ref (*JSValueToStringCopy)(js_ref, js_ref, js_ref *);
  js_ref (*JSStringCreateWithUTF8CString)(const char *);
  size_t (*JSStringGetMaximumUTF8CStringSize)(js_ref);
  size_t (*JSStringGetUTF8CString)(js_ref, char *, size_t);
  void (*JSStringRelease)(js_ref);
} js;

// JSValueGetType's answer for a string.
enum { TYPE_STRING = 4 };

#define PACKAGE "libjavascriptcoregtk-4.1-0"
#define LIBRARY "libjavascriptcoregtk-4.1.so.0"

static char reason[512];

#pragma clang diagnostic ignored "-Wc23-extensions"

// What every context begins with, wrapped so that expressions see none of its names.
static const char head[] = "(() => {\n";
static const char lenient[] = {
#embed "lenient.js"
};
static const char between[] = "const answer =\n";
static const char evaluate_text[] = {
#embed "evaluate.js"
};
static const char tail[] = "return answer;\n})()";

static js_ref make_prelude(js_ref (*make)(const char *)) {
  char text[sizeof head + sizeof lenient + sizeof between + sizeof evaluate_text + sizeof tail];
  snprintf(text, sizeof text, "%s%.*s%s%.*s%s", head, (int)sizeof lenient, lenient, between,
           (int)sizeof evaluate_text, evaluate_text, tail);
  return make(text);
}

static js_ref group;
static js_ref prelude_text;

static int open_engine(void) {
  void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(reason, sizeof reason,
             "JavaScript needs JavaScriptCore: install the Debian package " PACKAGE " (%s)",
             dlerror());
    return -1;
  }
#define LOOK_UP(name)                                                                  \
  if (!(js.name = (__typeof__(js.name))dlsym(library, #name))) {                       \
    snprintf(reason, sizeof reason,                                                    \
             LIBRARY " lacks %s: install a newer Debian package " PACKAGE, #name);     \
    return -1;                                                                         \
  }
  LOOK_UP(JSContextGroupCreate)
  LOOK_UP(JSContextGroupSetExecutionTimeLimit)
  LOOK_UP(JSGlobalContextCreateInGroup)
  LOOK_UP(JSGlobalContextRelease)
  LOOK_UP(JSEvaluateScript)
  LOOK_UP(JSObjectCallAsFunction)
  LOOK_UP(JSValueMakeString)
  LOOK_UP(JSValueGetType)
  LOOK_UP(JSValueToStringCopy)
  LOOK_UP(JSStringCreateWithUTF8CString)
  LOOK_UP(JSStringGetMaximumUTF8CStringSize)
  LOOK_UP(JSStringGetUTF8CString)
  LOOK_UP(JSStringRelease)
  group = js.JSContextGroupCreate();
  prelude_text = make_prelude(js.JSStringCreateWithUTF8CString);
  return 0;
}

// What an evaluation gave. The bytes are the caller's to free.
struct answer {
  enum cjs_status status;
  char *bytes;
  size_t length;
};

static struct answer text_answer(enum cjs_status status, js_ref string) {
  struct answer answer = {status, NULL, 0};
  size_t size = js.JSStringGetMaximumUTF8CStringSize(string);
  answer.bytes = malloc(size);
  if (answer.bytes) {
    size_t written = js.JSStringGetUTF8CString(string, answer.bytes, size);
    answer.length = written ? written - 1 : 0;
  }
  return answer;
}

static struct answer sentence(enum cjs_status status, const char *text) {
  struct answer answer = {status, strdup(text), strlen(text)};
  return answer;
}

// What went wrong outside the expression itself, which the prelude answers for.
static struct answer failure(js_ref context, js_ref exception) {
  js_ref string = exception ? js.JSValueToStringCopy(context, exception, NULL) : NULL;
  // Turning the exception into text has itself been stopped: the time is up.
  if (!string) return sentence(CJS_TIME_LIMIT, "");
  struct answer answer = text_answer(CJS_FAILURE, string);
  js.JSStringRelease(string);
  if (answer.bytes && strstr(answer.bytes, "execution terminated")) answer.status = CJS_TIME_LIMIT;
  return answer;
}

// Evaluates in a context of its own: nothing is left for the next one.
static struct answer evaluate(const char *question, double seconds) {
  js.JSContextGroupSetExecutionTimeLimit(group, seconds, NULL, NULL);
  js_ref context = js.JSGlobalContextCreateInGroup(group, NULL);
  js_ref exception = NULL;
  js_ref function = js.JSEvaluateScript(context, prelude_text, NULL, NULL, 1, &exception);
  js_ref result = NULL;
  if (function) {
    js_ref text = js.JSStringCreateWithUTF8CString(question);
    js_ref argument = js.JSValueMakeString(context, text);
    js.JSStringRelease(text);
    result = js.JSObjectCallAsFunction(context, function, NULL, 1, &argument, &exception);
    // No text yet: a script waits for a promise. Those that can be kept have been by now.
    if (result && js.JSValueGetType(context, result) != TYPE_STRING)
      result = js.JSObjectCallAsFunction(context, function, NULL, 0, NULL, &exception);
  }
  struct answer answer;
  if (result) {
    js_ref string = js.JSValueToStringCopy(context, result, NULL);
    answer = string ? text_answer(CJS_ANSWER, string) : sentence(CJS_TIME_LIMIT, "");
    if (string) js.JSStringRelease(string);
  } else {
    answer = failure(context, exception);
  }
  js.JSGlobalContextRelease(context);
  return answer;
}

static int read_whole(int socket, void *bytes, size_t count) {
  for (char *at = bytes; count > 0;) {
    ssize_t got = read(socket, at, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    at += got;
    count -= (size_t)got;
  }
  return 0;
}

static int write_whole(int socket, const void *bytes, size_t count) {
  for (const char *at = bytes; count > 0;) {
    ssize_t put = write(socket, at, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return -1;
    at += put;
    count -= (size_t)put;
  }
  return 0;
}

static int reply(int socket, struct answer answer) {
  if (!answer.bytes || answer.length > CJS_LONGEST_FRAME) {
    free(answer.bytes);
    answer = sentence(CJS_FAILURE, "the result is larger than 64 MiB");
  }
  struct cjs_head head = {(uint32_t)answer.length, answer.status};
  int code = write_whole(socket, &head, sizeof head);
  if (code == 0) code = write_whole(socket, answer.bytes, answer.length);
  free(answer.bytes);
  return code;
}

int cjs_serve(int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  signal(SIGPIPE, SIG_IGN);
  if (open_engine() != 0) {
    reply(socket, sentence(CJS_UNAVAILABLE, reason));
    return 1;
  }
  // Once while files may still be opened: the time zone, the engine's own settings.
  struct answer first = evaluate(
      "{}\n{\"expressions\":[{\"kind\":\"js\",\"text\":\"String(new Date(0))\"}]}", 5);
  if (first.status != CJS_ANSWER) {
    reply(socket, first);
    return 1;
  }
  free(first.bytes);
  cjs_drop_privileges();
  if (reply(socket, sentence(CJS_ANSWER, "")) != 0) return 1;
  for (;;) {
    struct cjs_head head;
    if (read_whole(socket, &head, sizeof head) != 0) return 0;
    if (head.length > CJS_LONGEST_FRAME) return 1;
    char *question = malloc((size_t)head.length + 1);
    if (!question || read_whole(socket, question, head.length) != 0) return 1;
    question[head.length] = 0;
    struct answer answer = evaluate(question, head.word / 1000.0);
    free(question);
    if (reply(socket, answer) != 0) return 1;
  }
}
