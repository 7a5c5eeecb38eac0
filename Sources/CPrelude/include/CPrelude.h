// The parts of the recipe library that are written in Lua, embedded as they are.
#ifndef CPRELUDE_H
#define CPRELUDE_H
#include <stddef.h>

typedef struct {
  const char *name;
  const unsigned char *text;
  size_t length;
} cargo_prelude;

/// `require`.
extern const cargo_prelude cargo_prelude_modules;
/// `parallel`, `race`, `timeout`, `try`.
extern const cargo_prelude cargo_prelude_tasks;
/// The report of a waterfall.
extern const cargo_prelude cargo_prelude_report;
/// `waterfall`.
extern const cargo_prelude cargo_prelude_waterfall;
/// `csv`.
extern const cargo_prelude cargo_prelude_csv;
/// `batch.retry_failed`.
extern const cargo_prelude cargo_prelude_batch;
/// `progress`.
extern const cargo_prelude cargo_prelude_progress;
/// The iterators of `segment.each` and `storage.each`.
extern const cargo_prelude cargo_prelude_each;
/// `http`.
extern const cargo_prelude cargo_prelude_http;
/// `where`.
extern const cargo_prelude cargo_prelude_where;
#endif
