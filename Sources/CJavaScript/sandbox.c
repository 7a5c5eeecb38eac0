#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define ALLOW(number)                                     \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##number, 0, 1), \
      RETURN(SECCOMP_RET_ALLOW)

static void limit(int resource, rlim_t value) {
  struct rlimit none = {value, value};
  setrlimit(resource, &none);
}

void cjs_drop_privileges(void) {
  // Where memory runs out, this process is the one to go.
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    ssize_t written = write(file, "1000", 4);
    (void)written;
    close(file);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#ifdef OWN_ARCHITECTURE
  // What the engine lives on: memory, threads of its own, clocks, the socket that is open already.
  // Everything else answers EPERM, which the engine takes as it takes a file that is not there.
  struct sock_filter program[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
      REFUSE(EPERM),
      LOAD(nr),
      ALLOW(read),
      ALLOW(write),
      ALLOW(close),
      ALLOW(mmap),
      ALLOW(munmap),
      ALLOW(mprotect),
      ALLOW(mremap),
      ALLOW(madvise),
      ALLOW(brk),
      ALLOW(futex),
      ALLOW(rt_sigaction),
      ALLOW(rt_sigprocmask),
      ALLOW(rt_sigreturn),
      ALLOW(sigaltstack),
      ALLOW(tgkill),
      ALLOW(gettid),
      ALLOW(getpid),
      ALLOW(exit),
      ALLOW(exit_group),
      ALLOW(clock_gettime),
      ALLOW(clock_nanosleep),
      ALLOW(nanosleep),
      ALLOW(restart_syscall),
      ALLOW(sched_yield),
      ALLOW(sched_getaffinity),
      ALLOW(ppoll),
#ifdef __NR_poll
      ALLOW(poll),
#endif
      ALLOW(getrandom),
      ALLOW(set_robust_list),
      ALLOW(rseq),
      ALLOW(membarrier),
      ALLOW(getrusage),
      ALLOW(sysinfo),
      // A thread, not a process. clone3 hides its flags from filters; the C library does without it.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
      REFUSE(ENOSYS),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
      LOAD(args[0]),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
      RETURN(SECCOMP_RET_ALLOW),
      REFUSE(EPERM),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
#endif
}
