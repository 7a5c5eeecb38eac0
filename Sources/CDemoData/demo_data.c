#include "CDemoData.h"

// C23's #embed: the file stays a file that people can read, and costs nothing to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"
const unsigned char cargo_demo_companies[] = {
#embed "companies.csv"
};
const size_t cargo_demo_companies_length = sizeof cargo_demo_companies;
