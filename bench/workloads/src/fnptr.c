/* A register machine whose instructions are function pointers: indirect calls through a table in read-only data. */
#include "bench.h"

typedef struct {
  u64 regs[8];
  u64 steps;
  u32 pc;
  u32 running;
} Machine;

typedef void (*Operation)(Machine *m, u32 a, u32 b);

static void set(Machine *m, u32 a, u32 b) { m->regs[a & 7] = b; }
static void add(Machine *m, u32 a, u32 b) { m->regs[a & 7] += m->regs[b & 7]; }
static void add_immediate(Machine *m, u32 a, u32 b) { m->regs[a & 7] += b; }
static void exclusive_or(Machine *m, u32 a, u32 b) { m->regs[a & 7] ^= m->regs[b & 7] >> 3; }
static void multiply(Machine *m, u32 a, u32 b) { m->regs[a & 7] *= m->regs[b & 7] | 1; }
static void decrement(Machine *m, u32 a, u32 b) { m->regs[a & 7] -= b; }
static void jump_not_zero(Machine *m, u32 a, u32 b) {
  if (m->regs[a & 7] != 0) m->pc = b;
}
static void stop(Machine *m, u32 a, u32 b) { m->running = a + b; }

static const Operation operations[8] = {
    set, add, add_immediate, exclusive_or, multiply, decrement, jump_not_zero, stop,
};

#define INSTRUCTION(operation, a, b) ((u32)(operation) << 28 | (u32)(a) << 24 | (u32)(b))

static const u32 program[] = {
    INSTRUCTION(0, 0, 100000), INSTRUCTION(0, 1, 3), INSTRUCTION(1, 2, 1), INSTRUCTION(3, 3, 2), INSTRUCTION(4, 2, 3),
    INSTRUCTION(2, 3, 7),      INSTRUCTION(5, 0, 1), INSTRUCTION(6, 0, 2), INSTRUCTION(7, 0, 0),
};

static NOINLINE void run(Machine *m) {
  m->running = 1;
  while (m->running) {
    u32 instruction = program[m->pc++];
    operations[instruction >> 28](m, instruction >> 24 & 15, instruction & 0xffffff);
    m->steps++;
  }
}

u64 entry(u64 n) {
  u64 sum = 0;
  for (u64 round = 0; round < n; round++) {
    Machine m;
    memset(&m, 0, sizeof m);
    m.regs[4] = round;
    run(&m);
    sum ^= m.regs[2] + m.steps + round;
  }
  return sum;
}
