/* Word-wise copies of 64 KiB within a buffer, then a byte sum over the copy. */
#include "bench.h"

#define SIZE 65536

static u8 from[SIZE] __attribute__((aligned(8)));
static u8 to[SIZE] __attribute__((aligned(8)));

u64 entry(u64 n) {
  u64 random = 4, sum = 0;
  for (int i = 0; i < SIZE; i++) from[i] = (u8)next_random(&random);
  for (u64 round = 0; round < n; round++) {
    memcpy(to, from, SIZE);
    from[round & (SIZE - 1)] ^= to[(round * 7) & (SIZE - 1)];
  }
  for (int i = 0; i < SIZE; i++) sum = sum * 3 + to[i];
  return sum;
}
