/* Recursive Fibonacci: nothing but calls, returns and stack traffic. Answers fib(n). */
#include "bench.h"

static NOINLINE u64 fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

u64 entry(u64 n) { return fib(n); }
