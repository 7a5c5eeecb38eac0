// The bundled company data and the catalogue of demo integrations: docs/demo-data.md says whence.
#ifndef CDEMODATA_H
#define CDEMODATA_H
#include <stddef.h>

/// A text that is part of the program: UTF-8, RFC 4180 CSV with a header row.
typedef struct cargo_demo_text {
  const unsigned char *start;
  size_t length;
} cargo_demo_text;

/// companies.csv: one line a company.
cargo_demo_text cargo_demo_companies(void);

/// integrations.csv: one line an integration.
cargo_demo_text cargo_demo_integrations(void);

/// actions.csv: one line an action, with its price (as of 2026-08) and its coverage.
cargo_demo_text cargo_demo_actions(void);
#endif
