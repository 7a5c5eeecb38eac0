#include "CDemoData.h"

// C23's #embed: the file stays a file that people can read, and costs nothing to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char companies[] = {
#embed "companies.csv"
};
static const unsigned char integrations[] = {
#embed "integrations.csv"
};
static const unsigned char actions[] = {
#embed "actions.csv"
};

cargo_demo_text cargo_demo_companies(void) {
  return (cargo_demo_text){companies, sizeof companies};
}
cargo_demo_text cargo_demo_integrations(void) {
  return (cargo_demo_text){integrations, sizeof integrations};
}
cargo_demo_text cargo_demo_actions(void) { return (cargo_demo_text){actions, sizeof actions}; }
