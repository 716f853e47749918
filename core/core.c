/* The core as one translation unit: everything static is inlined where it pays. */
#include "vm.h"

#include "lib/hosted.c"

#include "pipeline.c"

#include "memory.c"

#include "tally.c"

#include "decode.c"

#include "step.c"

#include "interpreter.c"

#include "run.c"

#include "api.c"

#include "native.c"

#include "lib/names.c"

#include "lib/file.c"

#include "lib/start.c"

#include "program.c"

#include "graph.c"

#include "order.c"

#include "stores.c"

#include "flow.c"

#include "plan.c"

#include "wide.c"

#include "emit.c"

#include "wasm.c"
