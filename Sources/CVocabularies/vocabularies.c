#include "cvocabularies.h"

// The vocabularies travel inside the program, so that it works without any file beside it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char o200k[] = {
#embed "Files/o200k.vocab"
};
static const unsigned char cl100k[] = {
#embed "Files/cl100k.vocab"
};
static const unsigned char classes[] = {
#embed "Files/unicode-16.classes"
};

struct tollgate_resource tollgate_vocabulary_o200k(void) { return (struct tollgate_resource){o200k, sizeof o200k}; }

struct tollgate_resource tollgate_vocabulary_cl100k(void) { return (struct tollgate_resource){cl100k, sizeof cl100k}; }

struct tollgate_resource tollgate_scalar_classes(void) { return (struct tollgate_resource){classes, sizeof classes}; }
