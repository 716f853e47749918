/* Sieve of Eratosthenes over a million bytes: strided stores, a counting loop. Answers the number of primes. */
#include "bench.h"

#define LIMIT 1000000

static u8 composite[LIMIT + 1];

u64 entry(u64 n) {
  u64 primes = 0;
  for (u64 round = 0; round < n; round++) {
    memset(composite, 0, sizeof composite);
    primes = 0;
    for (u64 i = 2; i <= LIMIT; i++) {
      if (composite[i]) continue;
      primes++;
      for (u64 j = i * i; j <= LIMIT; j += i) composite[j] = 1;
    }
  }
  return primes;
}
