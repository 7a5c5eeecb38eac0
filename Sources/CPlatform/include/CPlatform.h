// Linux calls that Swift's Glibc module does not export.
#ifndef CPLATFORM_H
#define CPLATFORM_H
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
