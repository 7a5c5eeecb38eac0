// One Lua state under the host's rules (design §3): capped memory, limits that no recipe can catch,
// and trampolines, so that Lua's longjmp crosses C frames only.
//
// Rules for the Swift side: it is entered through a cs_function, touches the stack with raw access
// only, never raises, and returns a count of results or one of the CS_… codes; whatever may raise or
// run script code happens in C, here.
#ifndef CARGO_HOST_H
#define CARGO_HOST_H

#include <lua.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cs_host cs_host;

// What a Swift function returns besides a count of results on the stack.
enum {
  CS_ERROR = -1,        // raise the error that was set with cs_error_set
  CS_ERROR_VALUE = -2,  // raise the value on top of the stack
  CS_NO_ROOM = -4,      // cs_take_results only: more results than a stack holds
  CS_WAIT = -3          // the task waits; the scheduler resumes it with h's wake set
};

// A Swift function behind a Lua function. `tag` is the number it was registered with.
typedef int (*cs_function)(void *context, lua_State *L, int64_t tag);

// Why a run was ended from outside the recipe.
typedef enum {
  CS_KILL_NONE,
  CS_KILL_TIME,          // one stretch of Lua ran longer than the time limit
  CS_KILL_DEADLINE,      // the wall-clock deadline passed
  CS_KILL_MEMORY,        // the memory cap was reached
  CS_KILL_INSTRUCTIONS,  // the instruction limit was reached
  CS_KILL_INTERRUPT      // Ctrl-C
} cs_kill;

// Limits of a state; zero means none.
typedef struct {
  size_t memory;             // bytes
  uint64_t time;             // nanoseconds of Lua between two waits
  uint64_t deadline;         // nanoseconds on the monotonic clock, absolute
  uint64_t instructions;     // VM instructions in all; halves the VM's speed
} cs_limits;

// Makes a state with the sandboxed libraries open; NULL when memory is short. `print` gets each line
// that the recipe prints, newline included.
cs_host *cs_host_new(
    cs_limits limits, void *context, void (*print)(void *context, const char *bytes, size_t length));
// Makes a state that knows nothing but the language: for reading a manifest.
cs_host *cs_host_new_bare(cs_limits limits);
void cs_host_free(cs_host *h);
lua_State *cs_host_state(cs_host *h);
cs_kill cs_host_killed(const cs_host *h);
// The most bytes that Lua and charged buffers ever used.
size_t cs_host_peak(const cs_host *h);
// Counts memory outside Lua (response bodies, row buffers) against the cap; negative gives it back.
void cs_host_charge(cs_host *h, ptrdiff_t bytes);
// Whether `bytes` more fit under the cap, once garbage is collected where that could help. Never raises.
bool cs_host_has_room(cs_host *h, lua_State *L, size_t bytes);

// --- Errors and wakes: set by Swift, turned into Lua values by C ------------------------------

// The fields of an error being set.
typedef enum {
  CS_FIELD_KIND, CS_FIELD_MESSAGE, CS_FIELD_CODE, CS_FIELD_OPERATION, CS_FIELD_HINT,
  CS_FIELD_BODY,  // JSON: becomes `run` for the kind "run", `body` otherwise
  CS_FIELD_COUNT
} cs_field;
// Forgets the error that was set before.
void cs_error_clear(cs_host *h);
// Copies text into a field of the error to be raised.
void cs_error_set(cs_host *h, cs_field field, const char *bytes, size_t length);
// Sets the HTTP status of the error to be raised.
void cs_error_set_status(cs_host *h, int status);

// What a waiting task finds when it is resumed.
typedef enum {
  CS_WAKE_NOTHING,    // no results
  CS_WAKE_ERROR,      // raises the error set with cs_error_set
  CS_WAKE_CANCELLED,  // raises a cancellation
  CS_WAKE_ANSWER,     // pushes an answer's value (cs_push_answer)
  CS_WAKE_RESULTS,    // pushes the results, or raises the error, of a finished task
  CS_WAKE_SWIFT       // calls `resume`, a Swift function that pushes the results
} cs_wake_kind;
typedef struct {
  cs_wake_kind kind;
  int shape;
  unsigned flags;
  const char *key;
  const char *body;
  size_t body_length;
  const char *rows;
  size_t rows_length;
  lua_State *source;
  cs_function resume;
  void *context;
} cs_wake;
void cs_host_set_wake(cs_host *h, cs_wake wake);

// --- Entering Lua -----------------------------------------------------------------------------

// How a protected piece of work ended.
typedef enum { CS_DONE, CS_WAITING, CS_FAILED, CS_KILLED } cs_outcome;

// Compiles text into a function on top of `L`; on failure the message is there instead.
cs_outcome cs_load(cs_host *h, lua_State *L, const char *text, size_t length, const char *name);
// Calls a C function with the `arguments` values on top; its results replace them. On failure the
// error value is on top.
cs_outcome cs_call_protected(
    cs_host *h, lua_State *L, lua_CFunction function, int arguments, int results);
// Calls the function below the `arguments` values on top, in the same way.
cs_outcome cs_call(cs_host *h, lua_State *L, int arguments, int results);
// Makes a task's coroutine from the function and `arguments` values on top of `from`, and pops them.
// The coroutine is pushed onto `from`.
lua_State *cs_task_new(cs_host *h, lua_State *from, int arguments);
// Resumes a task. `cancelled` says that its next wait raises a cancellation.
cs_outcome cs_task_resume(cs_host *h, lua_State *L, bool cancelled);
// Copies the results of a finished task onto `L` and returns their count; CS_ERROR_VALUE with the
// error on top when it failed, CS_NO_ROOM when they do not fit.
int cs_take_results(lua_State *L, lua_State *task);
// Frees what a finished or abandoned task holds, without running its code.
void cs_task_discard(cs_host *h, lua_State *L);

// --- Giving functions to Lua ------------------------------------------------------------------

// Pushes a Lua function that calls `function`. A waiting one checks first that a wait is possible
// there and that the task is not cancelled.
void cs_push_function(
    lua_State *L, cs_function function, void *context, int64_t tag, bool waits);
// Makes the table at `index` callable: a call of it calls the function on top, which is popped, with
// the same arguments. For names that are both an operation and a group of them.
void cs_make_callable(lua_State *L, int index);
// Sets the current task's cancellation while it runs.
void cs_host_set_cancelled(cs_host *h, bool cancelled);

// --- Signals ----------------------------------------------------------------------------------

// Starts the timers of the limits for the calling thread, which must be the one that runs Lua.
void cs_limits_start(cs_host *h);
void cs_limits_stop(cs_host *h);
// From now on Ctrl-C ends the run: the first ends the running Lua and writes to `wake_descriptor`,
// the second leaves at once.
void cs_interrupt_install(cs_host *h, int wake_descriptor);
// Whether Ctrl-C was pressed.
bool cs_interrupted(void);
// Asks for the end of the running Lua, as Ctrl-C and the deadline do.
void cs_host_kill(cs_host *h, cs_kill reason);

// Whether an end was asked for that the running Lua has not met yet, and why.
bool cs_host_kill_requested(const cs_host *h);
cs_kill cs_host_kill_reason(const cs_host *h);

// The value of LUA_REGISTRYINDEX, a macro that Swift cannot see.
int cs_registry_index(void);

// Where the last error of a task was raised: "chunk:line: in function 'name'" lines, innermost
// first, host frames left out. Pushes a string onto `L`. Raises only for want of memory.
void cs_push_traceback(lua_State *L, lua_State *of, int level);

#endif
