/* Product of two 64 by 64 matrices of u64, repeated with the result fed back: nested loops, strided loads. */
#include "bench.h"

#define N 64

static u64 a[N][N], b[N][N], c[N][N];

static NOINLINE void multiply(void) {
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      u64 sum = 0;
      for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

u64 entry(u64 n) {
  u64 random = 5, sum = 0;
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) a[i][j] = next_random(&random), b[i][j] = next_random(&random);
  }
  for (u64 round = 0; round < n; round++) {
    multiply();
    memcpy(a, c, sizeof a);
  }
  for (int i = 0; i < N; i++) sum = sum * 31 + a[i][i] + a[i][N - 1 - i];
  return sum;
}
