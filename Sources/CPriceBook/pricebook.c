#include "cpricebook.h"

// The price book travels inside the program, so that it works without any file beside it. The compiler lists what
// `#embed` read among the dependencies of this file, so that a changed price rebuilds it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char anthropic[] = {
#embed "../../pricing/anthropic.json"
};
static const unsigned char meters[] = {
#embed "../../pricing/meters.json"
};
static const unsigned char openai[] = {
#embed "../../pricing/openai.json"
};

static const struct tollgate_price_file files[] = {
  {"anthropic.json", anthropic, sizeof anthropic},
  {"meters.json", meters, sizeof meters},
  {"openai.json", openai, sizeof openai},
};

static const size_t count = sizeof files / sizeof files[0];

size_t tollgate_price_file_count(void) { return count; }

struct tollgate_price_file tollgate_price_file_at(size_t index) {
  return files[index < count ? index : count - 1];
}
