/* The core as one translation unit, so that the compiler can inline every function where that pays. Hosts compile this file
 * and include pvm.h.
 *
 * The folders. Each may include and call only what stands above it in this list, and the files stand below in that order too:
 * a function is defined before the first place that calls it, so nothing goes in a circle.
 *   isa/          what is generated from the instruction table: opcodes, operators, superinstructions; the extended encoding
 *   gas/          what a basic block costs in the pipeline model
 *   machine/      struct pvm, its memory, what its code says, the contract with TypeScript, the functions of pvm.h that run nothing
 *   interpreter/  decoding into records, the fast loop, the loop of single steps, a run from begin to stop
 *   recompiler/   compiles a program to WebAssembly: passes that look at it, and the generator that writes the code
 *   hosts/        the two builds: native, with an allocator and with names of exits and instructions, and WebAssembly
 *   lib/          what only C hosts use: containers, starting a program
 *   hash/         BLAKE2b, a module of its own
 *   fuzz/         a target for libFuzzer */
#include "machine/vm.h"

#include "gas/pipeline.c"

#include "machine/allocator.c"

#include "machine/memory.c"

#include "machine/code.c"

#include "machine/api.c"

#include "interpreter/records.c"

#include "interpreter/tally.c"

#include "interpreter/marks.c"

#include "interpreter/decode.c"

#include "interpreter/step.c"

#include "interpreter/interpreter.c"

#include "interpreter/run.c"

#include "recompiler/program.c"

#include "recompiler/graph.c"

#include "recompiler/order.c"

#include "recompiler/stores.c"

#include "recompiler/coverage.c"

#include "recompiler/flow.c"

#include "recompiler/plan.c"

#include "recompiler/wide.c"

#include "recompiler/emit.c"

#if WASM || defined(PVM_GENERATOR) /* compiled code contains addresses of that memory; fuzz/compile.c only looks at its bytes */
#include "recompiler/say.c"

#include "recompiler/ends.c"

#include "recompiler/fast.c"

#include "recompiler/unroll.c"

#include "recompiler/rooms.c"

#include "recompiler/bulk.c"

#include "recompiler/counted.c"

#include "recompiler/loops.c"

#include "recompiler/frames.c"

#include "recompiler/structure.c"

#include "recompiler/module.c"
#endif

#include "hosts/names.c"

#include "hosts/native.c"

#include "hosts/wasm.c"

#include "lib/file.c"

#include "lib/start.c"
