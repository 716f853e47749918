/* What programs of test/native/ say of what is not as it should be: a line on standard error, and at the end exit code 1. */
#include <stdio.h>

static int failures;

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) {                                       \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      failures += 1;                                          \
    }                                                         \
  } while (0)
