// The parts of the recipe library that are written in Lua, embedded as they are.
#ifndef CPRELUDE_H
#define CPRELUDE_H
#include <stddef.h>

typedef struct {
  const char *name;
  const unsigned char *text;
  size_t length;
} cargo_prelude;

/// `parallel`, `race`, `timeout`, `try`.
extern const cargo_prelude cargo_prelude_tasks;
/// `waterfall`.
extern const cargo_prelude cargo_prelude_waterfall;
/// Reports and tables as text.
extern const cargo_prelude cargo_prelude_report;
#endif
