// Linux calls that Swift's Glibc module does not export.
#ifndef CPLATFORM_H
#define CPLATFORM_H
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Columns of a terminal that a Unicode scalar takes: 0, 1 or 2; -1 for a control character.
int platform_columns(uint32_t scalar);

// Glibc declares it for _GNU_SOURCE only.
void *memmem(const void *haystack, size_t length, const void *needle, size_t needle_length);
#endif
