/* The native build's main: runs a workload a few times and prints its result with the best and the median time. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

unsigned long long entry(unsigned long long n);

/* Processor time of this thread: what others do on the core does not count. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  if (count < 2) return fprintf(stderr, "usage: %s n [runs]\n", arguments[0]), 2;
  unsigned long long n = strtoull(arguments[1], 0, 10), result = 0;
  int runs = count > 2 ? atoi(arguments[2]) : 7;
  double times[101];
  if (runs < 1 || runs > 101) return 2;
  for (int i = 0; i < runs; i++) {
    double begun = now();
    result = entry(n);
    times[i] = now() - begun;
  }
  qsort(times, (size_t)runs, sizeof times[0], ascending);
  printf("{\"result\":\"%llu\",\"min\":%.4f,\"median\":%.4f,\"max\":%.4f,\"runs\":%d}\n", result, times[0],
         times[runs / 2], times[runs - 1], runs);
  return 0;
}
