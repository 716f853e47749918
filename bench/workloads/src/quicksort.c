/* Quicksort of 65,536 random words: data-dependent branches, recursion. Answers a sum over the sorted array, 0 if it is not. */
#include "bench.h"

#define COUNT 65536

static u32 values[COUNT];

static NOINLINE void sort(u32 *v, i64 low, i64 high) {
  while (low < high) {
    u32 pivot = v[low + ((high - low) >> 1)];
    i64 i = low, j = high;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i > j) break;
      u32 swapped = v[i];
      v[i++] = v[j];
      v[j--] = swapped;
    }
    /* The shorter part by recursion, the longer one by the loop: the stack stays shallow. */
    if (j - low < high - i) {
      sort(v, low, j);
      low = i;
    } else {
      sort(v, i, high);
      high = j;
    }
  }
}

u64 entry(u64 n) {
  u64 random = 3, sum = 0;
  for (u64 round = 0; round < n; round++) {
    for (int i = 0; i < COUNT; i++) values[i] = (u32)(next_random(&random) >> 32);
    sort(values, 0, COUNT - 1);
    for (int i = 1; i < COUNT; i++) {
      if (values[i - 1] > values[i]) return 0;
    }
    sum = sum * 31 + values[1000] + values[60000];
  }
  return sum;
}
