// Shared by the C files of the host.
#ifndef CARGO_INTERNAL_H
#define CARGO_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "CLuaHost.h"
#include "pool.h"

typedef struct {
  char *bytes;
  size_t length, capacity;
} cs_text;

// A task that cleans up after a cancellation: where it was raised.
typedef struct {
  lua_State *task, *thread;
  int depth;
} cs_cleanup;

struct cs_host {
  lua_State *main;
  cs_limits limits;
  size_t used, peak;
  // The size of the block that was refused last, until one like it is given; 0 when none was.
  size_t refused;
  cs_pool pool;

  // How many Swift functions are on the stack. While any is, the cap is lifted: an allocation that
  // failed there would jump over Swift frames.
  int swift_depth;

  // The coroutine that runs now, NULL outside Lua; and since when. Read by signal handlers.
  lua_State *volatile running;
  volatile uint64_t slice_start;
  volatile uint32_t slice;
  volatile sig_atomic_t kill_request;
  volatile sig_atomic_t killed;
  uint64_t instructions_used;

  // A wait was asked of the scheduler (as opposed to the recipe's own coroutine.yield).
  bool host_yield;
  // The coroutine whose resumer cannot yield (it sits in a sort, a gsub, …), or NULL.
  lua_State *blocked;

  // The running task's cancellation, and where it was raised, while its <close> variables clean up.
  bool cancelled;
  lua_State *unwinding;
  int unwinding_depth;
  cs_cleanup *cleanups;
  size_t cleanup_count, cleanup_capacity;

  cs_wake wake;
  cs_text error[CS_FIELD_COUNT];
  int error_status;

  // Files of CSV that are being read.
  int open_readers;

  void *print_context;
  void (*print)(void *context, const char *bytes, size_t length);
};

static inline cs_host *host_of(lua_State *L) { return *(cs_host **)lua_getextraspace(L); }

// memory.c
void *host_allocate(void *context, void *block, size_t old_size, size_t new_size);

// cancellation.c
// Whether the running task is cancelled and its next wait is not its clean-up's.
bool cancellation_is_due(lua_State *L, cs_host *h);
int cancellation_raise(lua_State *L, cs_host *h);
// A protected call caught an error.
void cancellation_caught(lua_State *L, cs_host *h);
// How many of the recipe's protected calls are on the stack.
int host_protected_depth(lua_State *L);
// Takes what is known of a task's clean-up before it is resumed, and puts it back when it waits.
void cancellation_load(cs_host *h, lua_State *task);
void cancellation_store(cs_host *h, lua_State *task);

// host.c
void host_set_running(cs_host *h, lua_State *L);
// Raises again when the run was killed, or `status` says that memory ran out: no recipe catches that.
void host_rethrow_kill(lua_State *L, cs_host *h, int status);
bool host_ran_out_of_memory(lua_State *L, int status);
int host_protected_call(lua_State *L);  // the recipe's pcall
int host_protected_call_handler(lua_State *L);  // the recipe's xpcall

// trampoline.c
// Ends the run when it needs more memory than it may have, counting `more` bytes that are about to be
// taken outside Lua.
void host_require_memory(lua_State *L, size_t more);
// How much may still be taken; SIZE_MAX without a limit.
size_t host_memory_left(lua_State *L);

// limits.c
void limits_hook(lua_State *L, lua_Debug *ar);
// Lets the hook run before the next instruction or call of a coroutine.
void limits_arm(lua_State *L);
// Takes that back.
void limits_disarm(lua_State *L);
uint64_t limits_now(void);

// base.c, coroutine.c, text.c
void base_open(lua_State *L);
void coroutine_open(lua_State *L);
void text_open(lua_State *L);
// Pushes the text of any value without addresses; may run __tostring.
const char *base_tostring(lua_State *L, int index, size_t *length);

// coroutine.c
int coroutine_main(lua_State *L);
// Whether coroutine.close is ending `L`, and the innermost protected call is one that it ends too, and
// not one of a <close> variable's own.
bool coroutine_is_closing(lua_State *L);
// The same, asked by that call when it caught an error: which it then raises again.
bool coroutine_unwinds(lua_State *L);
bool coroutine_waits_in_host(lua_State *co);

#endif
