/* What every workload shares: fixed-width types and the two memory functions a freestanding compiler may call. */
#ifndef BENCH_H
#define BENCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed long long i64;

#define NOINLINE __attribute__((noinline))

/* Compiled with -fno-builtin, so that these loops stay loops on every target. */
NOINLINE void *memset(void *to, int value, unsigned long count) {
  u8 *p = to;
  for (unsigned long i = 0; i < count; i++) p[i] = (u8)value;
  return to;
}

NOINLINE void *memcpy(void *to, const void *from, unsigned long count) {
  u8 *p = to;
  const u8 *q = from;
  if ((((unsigned long)p | (unsigned long)q) & 7) == 0) {
    for (; count >= 8; count -= 8, p += 8, q += 8) *(u64 *)p = *(const u64 *)q;
  }
  for (unsigned long i = 0; i < count; i++) p[i] = q[i];
  return to;
}

/* xorshift64: the workloads' only source of data, the same on every machine. */
static inline u64 next_random(u64 *state) {
  u64 x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

/* The workload: repeats its work n times and answers a number that depends on all of it. */
u64 entry(u64 n);

#endif
