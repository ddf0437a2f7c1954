#ifndef TOLLGATE_CPRICEBOOK_H
#define TOLLGATE_CPRICEBOOK_H

#include <stddef.h>

/// One file of `pricing/`, as it stood when the program was built.
struct tollgate_price_file {
  /// The file's name without its folder: `openai.json`.
  const char *_Nonnull name;
  const unsigned char *_Nonnull bytes;
  size_t length;
};

/// How many files are embedded.
size_t tollgate_price_file_count(void);

/// One of them. An index that is too large gives the last one.
struct tollgate_price_file tollgate_price_file_at(size_t index);

#endif
