#ifndef TOLLGATE_CVOCABULARIES_H
#define TOLLGATE_CVOCABULARIES_H

#include <stddef.h>

/// A file of `Sources/CVocabularies/Files/`, as it stood when the program was built. Its form is described in `Sources/CVocabularies/Files/README.md`.
struct tollgate_resource {
  const unsigned char *_Nonnull bytes;
  size_t length;
};

/// OpenAI's `o200k_base`.
struct tollgate_resource tollgate_vocabulary_o200k(void);

/// OpenAI's `cl100k_base`.
struct tollgate_resource tollgate_vocabulary_cl100k(void);

/// The classes of Unicode scalars by which text is split.
struct tollgate_resource tollgate_scalar_classes(void);

#endif
