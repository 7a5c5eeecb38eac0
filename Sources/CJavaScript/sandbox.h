#ifndef CJAVASCRIPT_SANDBOX_H
#define CJAVASCRIPT_SANDBOX_H
// Gives up what the process does not need any more: files, sockets, other processes. What the kernel
// refuses to take away stays; an expression would first have to escape from the engine to find it.
void cjs_drop_privileges(void);
#endif
