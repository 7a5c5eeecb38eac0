// Time, interrupts and instruction counts: ends that no recipe can catch.
//
// A hook that is always set halves the VM's speed. So none is: a POSIX timer's signal on the Lua
// thread arms one on the running coroutine, as lua.c does for Ctrl-C, and that hook raises until the
// stack is empty.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// Exit codes of design §7 for the one case that cannot return: a C function that never ends.
#define EXIT_TIME_LIMIT 7
#define EXIT_INTERRUPTED 130
// From the hook's arming to the conclusion that no hook will ever run.
#define GRACE_NANOSECONDS UINT64_C(1000000000)

// One state at a time per thread has a timer; its signal comes to that thread, so that the handler
// finds the state in the thread's own storage.
static _Thread_local cs_host *volatile timed_host;
static _Thread_local timer_t limit_timer;
static _Thread_local volatile bool timer_exists;
static _Thread_local volatile uint32_t killed_slice;

static cs_host *volatile interruptible_host;
static volatile pid_t interruptible_thread;
static volatile int interrupt_descriptor = -1;
static volatile sig_atomic_t interrupt_count;

uint64_t limits_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void limits_arm(lua_State *L) {
  lua_sethook(L, limits_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void limits_disarm(lua_State *L) {
  uint64_t instructions = host_of(L)->limits.instructions;
  int period = instructions < 10000 ? (int)instructions : 10000;
  lua_sethook(L, instructions ? limits_hook : NULL, instructions ? LUA_MASKCOUNT : 0, period);
}

static void arm_hook(cs_host *h) {
  lua_State *L = h->running;
  if (L) limits_arm(L);
}

static const char *kill_message(cs_kill reason) {
  switch (reason) {
    case CS_KILL_TIME: return "time limit reached";
    case CS_KILL_DEADLINE: return "deadline reached";
    case CS_KILL_INSTRUCTIONS: return "instruction limit reached";
    case CS_KILL_INTERRUPT: return "interrupted";
    default: return "memory limit reached";
  }
}

// Runs on the Lua thread between two instructions. Raises only, never yields.
void limits_hook(lua_State *L, lua_Debug *ar) {
  (void)ar;
  cs_host *h = host_of(L);
  if (h->swift_depth > 0) return;
  if (h->refused && !h->killed) h->killed = CS_KILL_MEMORY;
  if (h->limits.instructions && !h->kill_request && !h->killed) {
    h->instructions_used += (uint64_t)lua_gethookcount(L);
    if (h->instructions_used < h->limits.instructions) return;
    h->kill_request = CS_KILL_INSTRUCTIONS;
    limits_arm(L);
  }
  if (!h->killed) h->killed = h->kill_request;
  if (!h->killed) {
    // Another coroutine was armed for a refusal that is over.
    limits_disarm(L);
    return;
  }
  luaL_where(L, 0);
  lua_pushstring(L, kill_message((cs_kill)h->killed));
  lua_concat(L, 2);
  lua_error(L);
}

static void arm_timer(uint64_t nanoseconds) {
  if (nanoseconds < 100000) nanoseconds = 100000;
  struct itimerspec when = {{0, 0}, {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)}};
  timer_settime(limit_timer, 0, &when, NULL);
}

static void leave_now(const char *message, int code) {
  ssize_t ignored = write(2, message, strlen(message));
  (void)ignored;
  _exit(code);
}

static uint64_t until_next_check(const cs_host *h, uint64_t now) {
  uint64_t wait = h->limits.time ? h->limits.time : UINT64_MAX;
  if (h->limits.time && h->running) {
    uint64_t elapsed = now - h->slice_start;
    wait = elapsed >= h->limits.time ? 0 : h->limits.time - elapsed;
  }
  if (h->limits.deadline) {
    uint64_t left = h->limits.deadline > now ? h->limits.deadline - now : 0;
    if (left < wait) wait = left;
  }
  return wait;
}

static void on_alarm(int signal) {
  (void)signal;
  cs_host *h = timed_host;
  if (h == NULL) return;
  uint64_t now = limits_now();
  if (h->kill_request) {
    // The hook was armed and Lua has not come back to an instruction since: a backtracking pattern.
    if (h->running && h->slice == killed_slice && h->swift_depth == 0)
      leave_now(
          h->kill_request == CS_KILL_INTERRUPT
              ? "cargo-script: interrupted inside a built-in function that does not return\n"
              : "cargo-script: time limit reached inside a built-in function that does not return\n",
          h->kill_request == CS_KILL_INTERRUPT ? EXIT_INTERRUPTED : EXIT_TIME_LIMIT);
    if (h->running) arm_timer(GRACE_NANOSECONDS);
    return;
  }
  uint64_t wait = until_next_check(h, now);
  if (wait > 0) {
    arm_timer(wait);
    return;
  }
  bool deadline = h->limits.deadline && h->limits.deadline <= now;
  cs_host_kill(h, deadline ? CS_KILL_DEADLINE : CS_KILL_TIME);
  arm_timer(GRACE_NANOSECONDS);
}

void cs_host_kill(cs_host *h, cs_kill reason) {
  if (h->kill_request) return;
  killed_slice = h->slice;
  h->kill_request = reason;
  arm_hook(h);
}

void cs_limits_start(cs_host *h) {
  if (!h->limits.time && !h->limits.deadline) return;
  struct sigaction action = {0};
  action.sa_handler = on_alarm;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGALRM, &action, NULL);
  // A thread of somebody's pool may block signals.
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
  struct sigevent event = {0};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGALRM;
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  if (timer_exists) timer_delete(limit_timer);
  timer_exists = timer_create(CLOCK_MONOTONIC, &event, &limit_timer) == 0;
  timed_host = h;
  if (timer_exists) arm_timer(until_next_check(h, limits_now()));
}

void cs_limits_stop(cs_host *h) {
  if (timed_host == h) {
    timed_host = NULL;
    if (timer_exists) timer_delete(limit_timer);
    timer_exists = false;
  }
  if (interruptible_host == h) interruptible_host = NULL;
}

static void on_interrupt(int signal) {
  // Signals for the process come to any thread; the hook may be set by the Lua thread only.
  if ((pid_t)syscall(SYS_gettid) != interruptible_thread) {
    syscall(SYS_tgkill, getpid(), interruptible_thread, signal);
    return;
  }
  if (interrupt_count++ > 0) _exit(EXIT_INTERRUPTED);
  cs_host *h = interruptible_host;
  if (h) cs_host_kill(h, CS_KILL_INTERRUPT);
  if (h && timer_exists && h->running) arm_timer(GRACE_NANOSECONDS);
  if (interrupt_descriptor >= 0) {
    uint64_t one = 1;
    ssize_t ignored = write(interrupt_descriptor, &one, sizeof one);
    (void)ignored;
  }
}

void cs_interrupt_install(cs_host *h, int wake_descriptor) {
  interruptible_thread = (pid_t)syscall(SYS_gettid);
  interruptible_host = h;
  interrupt_descriptor = wake_descriptor;
  struct sigaction action = {0};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

bool cs_interrupted(void) { return interrupt_count > 0; }
