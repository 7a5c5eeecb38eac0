// Linux calls that Swift's Glibc module does not export.
#ifndef CPLATFORM_H
#define CPLATFORM_H
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Columns of a terminal that a Unicode scalar takes: 0, 1 or 2; -1 for a control character.
int platform_columns(uint32_t scalar);

// Glibc declares these for _GNU_SOURCE only.
void *memmem(const void *haystack, size_t length, const void *needle, size_t needle_length);
int pipe2(int descriptors[2], int flags);
int memfd_create(const char *name, unsigned int flags);
// MFD_CLOEXEC of memfd_create.
enum { PLATFORM_MEMORY_FILE_CLOSES = 1 };

// Starts a program in a process group of its own, so that Ctrl-C on the terminal is not its business,
// with these descriptors as its standard input, output and error (-1: /dev/null), no other, and no
// signal blocked or ignored. Returns 0 or an error number.
int platform_spawn(
    const char *path, char *const arguments[], char *const environment[], int input, int output,
    int error, int *process);
#endif
