// JavaScriptCore, used by one process for nothing else: it reads expressions from a socket, evaluates
// them, and writes back what they gave (docs/architecture.md, "Node graphs and JavaScript").
//
// The library is opened with dlopen, so that nothing but this process pays for it; the few functions
// of its C API that are needed are declared in javascript.c.
#ifndef CJAVASCRIPT_H
#define CJAVASCRIPT_H
#include <stdint.h>

// Both directions carry frames: this head, then `length` bytes. The first frame is the helper's own
// and says that it is ready, or why it cannot work (CJS_UNAVAILABLE and a sentence).
struct cjs_head {
  uint32_t length;
  // A question's time limit in milliseconds; an answer's status, one of enum cjs_status.
  uint32_t word;
};

enum cjs_status {
  CJS_ANSWER = 0,       // JSON
  CJS_TIME_LIMIT = 1,   // nothing
  CJS_FAILURE = 2,      // a sentence: the engine itself gave up
  CJS_UNAVAILABLE = 3,  // a sentence: there is no engine
};

// The longest frame that either side takes.
#define CJS_LONGEST_FRAME (64u << 20)

// Serves until the other side closes the socket. Returns the exit code of the process.
int cjs_serve(int socket);
#endif
