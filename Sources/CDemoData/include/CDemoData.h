// The bundled company data: docs/demo-data.md says whence.
#ifndef CDEMODATA_H
#define CDEMODATA_H
#include <stddef.h>

/// The text of companies.csv (UTF-8, RFC 4180, header row) and its length in bytes.
extern const unsigned char cargo_demo_companies[];
extern const size_t cargo_demo_companies_length;
#endif
