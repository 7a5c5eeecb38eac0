// libcurl through its headers alone: opened with dlopen at first use, so that a recipe that makes
// no HTTP call does not pay 5 ms for thirty more shared libraries at start.
#ifndef CCURL_H
#define CCURL_H
#include <curl/curl.h>
#endif
