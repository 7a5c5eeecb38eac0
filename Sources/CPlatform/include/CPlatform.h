// Linux calls that Swift's Glibc module does not export.
#ifndef CPLATFORM_H
#define CPLATFORM_H
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Columns of a terminal that a Unicode scalar takes: 0, 1 or 2; -1 for a control character.
int platform_columns(uint32_t scalar);
#endif
