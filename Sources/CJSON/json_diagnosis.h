#ifndef CARGO_JSON_DIAGNOSIS_H
#define CARGO_JSON_DIAGNOSIS_H

#include "CJSON.h"

#ifdef __cplusplus
extern "C" {
#endif

// Finds the first thing that is wrong with a text that simdjson refused; simdjson does not say
// where. `reason` is NULL when nothing is found.
void cj_diagnose(const char *bytes, size_t length, cj_error *error);

#ifdef __cplusplus
}
#endif

#endif
