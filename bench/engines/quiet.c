/* How long a loop takes that keeps a core's units busy, in microseconds: the median of five goes. lib/quiet.mjs says why. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint32_t words[4096];

/* Six chains of integer operations at once, loads and a branch nobody can foresee. */
static uint32_t spin(uint32_t turns) {
  uint32_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
  for (uint32_t i = 0; i < turns; i++) {
    a += words[i & 4095];
    b ^= words[(i + 7) & 4095];
    c += a >> 3;
    d -= words[(i + 99) & 4095];
    e ^= d >> 5;
    f += b << 1;
    if (words[(a ^ i) & 4095] & 64) c ^= i;
    __asm__ volatile("" : "+r"(a), "+r"(c), "+r"(e), "+r"(f));
  }
  return a ^ b ^ c ^ d ^ e ^ f;
}

static int by_value(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

int main(void) {
  double times[5];
  volatile uint32_t sink = 0;
  for (uint32_t i = 0; i < 4096; i++) words[i] = i * 7919u;
  for (int go = -1; go < 5; go++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    sink += spin(2000000);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (go >= 0) times[go] = (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
  }
  qsort(times, 5, sizeof *times, by_value);
  printf("%.0f\n", times[2]);
  return 0;
}
