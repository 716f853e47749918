/* A brainfuck interpreter with a switch (jump table) at its heart, running nested loops. Answers steps and output. */
#include "bench.h"

static const char program[] =
    "++++++++[>++++++++<-]>[<+>>+<-]<[>+++<-]>>[<<++>>-]<<"
    ">++++++++++[>++++++++++[>++++++++++[>++++++++++[>++++++++++[>+++<-]<-]<-]<-]<-]>>>>>.";

static u8 tape[4096];

static NOINLINE u64 run(const char *code, u64 *output) {
  u8 *cell = tape;
  u64 steps = 0;
  for (const char *at = code; *at != 0; at++) {
    steps++;
    switch (*at) {
    case '>': cell++; break;
    case '<': cell--; break;
    case '+': ++*cell; break;
    case '-': --*cell; break;
    case ',': *cell = 0; break;
    case '.': *output = *output * 31 + *cell; break;
    case '[':
      if (*cell == 0) {
        for (int depth = 1; depth > 0;) {
          at++;
          depth += (*at == '[') - (*at == ']');
        }
      }
      break;
    case ']':
      if (*cell != 0) {
        for (int depth = 1; depth > 0;) {
          at--;
          depth += (*at == ']') - (*at == '[');
        }
      }
      break;
    default: break;
    }
  }
  return steps;
}

u64 entry(u64 n) {
  u64 steps = 0, output = 0;
  for (u64 round = 0; round < n; round++) {
    memset(tape, 0, sizeof tape);
    steps += run(program, &output);
  }
  return steps * 1000003 + output;
}
