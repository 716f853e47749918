/* Open-addressing hash map: small calls, unpredictable loads, a division per lookup. Answers a checksum. */
#include "bench.h"

#define SLOTS 65536

typedef struct {
  u32 key;
  u32 value;
} Slot;

static Slot slots[SLOTS];

static NOINLINE u32 hash(u32 x) {
  x ^= x >> 16;
  x *= 0x7feb352d;
  x ^= x >> 15;
  x *= 0x846ca68b;
  return x ^ (x >> 16);
}

/* The slot of a key, or the empty one where it would go. Keys are never 0. */
static NOINLINE Slot *find(u32 key) {
  u32 i = hash(key) & (SLOTS - 1);
  while (slots[i].key != 0 && slots[i].key != key) i = (i + 1) & (SLOTS - 1);
  return &slots[i];
}

u64 entry(u64 n) {
  u64 sum = 0;
  for (u64 round = 0; round < n; round++) {
    memset(slots, 0, sizeof slots);
    for (u32 i = 1; i < 45000; i++) {
      u32 key = i * 6007 % 33301 + 1;
      Slot *slot = find(key);
      slot->key = key;
      slot->value += i;
    }
    for (u32 i = 1; i < 35000; i++) sum += find(i)->value / (i % 89 + 1);
  }
  return sum;
}
