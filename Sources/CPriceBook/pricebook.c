#include "cpricebook.h"

// The price book travels inside the program, so that it works without any file beside it. The compiler lists what
// `#embed` read among the dependencies of this file, so that a changed price rebuilds it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char anthropic[] = {
#embed "../../pricing/anthropic.json"
};
static const unsigned char azure[] = {
#embed "../../pricing/azure.json"
};
static const unsigned char bedrock[] = {
#embed "../../pricing/bedrock.json"
};
static const unsigned char cerebras[] = {
#embed "../../pricing/cerebras.json"
};
static const unsigned char cohere[] = {
#embed "../../pricing/cohere.json"
};
static const unsigned char deepseek[] = {
#embed "../../pricing/deepseek.json"
};
static const unsigned char fireworks[] = {
#embed "../../pricing/fireworks.json"
};
static const unsigned char google[] = {
#embed "../../pricing/google.json"
};
static const unsigned char groq[] = {
#embed "../../pricing/groq.json"
};
static const unsigned char meta[] = {
#embed "../../pricing/meta.json"
};
static const unsigned char meters[] = {
#embed "../../pricing/meters.json"
};
static const unsigned char mistral[] = {
#embed "../../pricing/mistral.json"
};
static const unsigned char moonshotai[] = {
#embed "../../pricing/moonshotai.json"
};
static const unsigned char openai[] = {
#embed "../../pricing/openai.json"
};
static const unsigned char openrouter[] = {
#embed "../../pricing/openrouter.json"
};
static const unsigned char perplexity[] = {
#embed "../../pricing/perplexity.json"
};
static const unsigned char together[] = {
#embed "../../pricing/together.json"
};
static const unsigned char voyageai[] = {
#embed "../../pricing/voyageai.json"
};
static const unsigned char xai[] = {
#embed "../../pricing/xai.json"
};
static const unsigned char zai[] = {
#embed "../../pricing/zai.json"
};

static const struct tollgate_price_file files[] = {
  {"anthropic.json", anthropic, sizeof anthropic},
  {"azure.json", azure, sizeof azure},
  {"bedrock.json", bedrock, sizeof bedrock},
  {"cerebras.json", cerebras, sizeof cerebras},
  {"cohere.json", cohere, sizeof cohere},
  {"deepseek.json", deepseek, sizeof deepseek},
  {"fireworks.json", fireworks, sizeof fireworks},
  {"google.json", google, sizeof google},
  {"groq.json", groq, sizeof groq},
  {"meta.json", meta, sizeof meta},
  {"meters.json", meters, sizeof meters},
  {"mistral.json", mistral, sizeof mistral},
  {"moonshotai.json", moonshotai, sizeof moonshotai},
  {"openai.json", openai, sizeof openai},
  {"openrouter.json", openrouter, sizeof openrouter},
  {"perplexity.json", perplexity, sizeof perplexity},
  {"together.json", together, sizeof together},
  {"voyageai.json", voyageai, sizeof voyageai},
  {"xai.json", xai, sizeof xai},
  {"zai.json", zai, sizeof zai},
};

static const size_t count = sizeof files / sizeof files[0];

size_t tollgate_price_file_count(void) { return count; }

struct tollgate_price_file tollgate_price_file_at(size_t index) {
  return files[index < count ? index : count - 1];
}
