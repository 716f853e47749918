/* Coverage-guided fuzzing of the code generator, for libFuzzer: decodes a program from the input and compiles roots of it, as
 * src/engine/recompiler/compile.ts has it done. Each table is allocated to the byte, so the sanitizers see whatever reaches behind
 * one. What is written twice has to be the same. It is built with `-DPVM_GENERATOR -include core/core.c`, because the generator is
 * no part of the native library. `npm run fuzz:core` builds and runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 12, MOST_ROOM = 1 << 26 };

static uint16_t *templates;
static size_t template_bytes;

static graph_tables graph;
static plan_tables the_plan;
static wide_tables wide;

static void *blocks[128];
static size_t block_count;

/* So many bytes, with something in them. They are free again after the input. */
static void *block_of(size_t bytes) {
  void *block = malloc(bytes);
  if (block == 0 && bytes > 0) abort();
  if (bytes > 0) memset(block, 0xa5, bytes);
  blocks[block_count++] = block;
  return block;
}

#define COLUMN(table, name, count) (table).name = block_of(sizeof *(table).name * (size_t)(count))

/* Decodes the program. The code has CODE_AHEAD zeros behind it, the mask MASK_AHEAD bytes of anything. */
static void decode(decode_tables *t, const uint8_t *data, size_t size, u32 jumps, u32 set) {
  size_t rest = size - 4 * (size_t)jumps;
  u32 length = (u32)(rest * 8 / 9), mask_length = (length + 7) / 8;
  uint8_t *code = block_of(length + CODE_AHEAD), *mask = block_of(mask_length + MASK_AHEAD);
  memset(code, 0, length + CODE_AHEAD);
  memcpy(code, data + 4 * jumps, length);
  for (u32 i = 0; i < mask_length; i++) mask[i] = length + i < rest ? data[4 * jumps + length + i] : 0xff;
  u32 count = 1;
  for (u32 pc = 0; pc < length; pc++) count += mask[pc >> 3] >> (pc & 7) & 1;
  memset(t, 0, sizeof *t);
  t->set = set;
  t->code_length = length;
  t->jumps = jumps;
  t->code = code;
  t->mask = mask;
  COLUMN(*t, pc, count), COLUMN(*t, id, count), COLUMN(*t, a, count), COLUMN(*t, b, count), COLUMN(*t, d, count);
  COLUMN(*t, x, count), COLUMN(*t, x_high, count), COLUMN(*t, y, count), COLUMN(*t, target, count);
  COLUMN(*t, uses, count), COLUMN(*t, defs, count), COLUMN(*t, segment_of, count), COLUMN(*t, index_of, length);
  COLUMN(*t, segment_start, count + 1), COLUMN(*t, is_block, count), COLUMN(*t, accesses, count);
  COLUMN(*t, next_segment, count), COLUMN(*t, function_of, count), COLUMN(*t, jump_table, jumps);
  COLUMN(*t, function_start, count + 1), COLUMN(*t, label_start, count + 1), COLUMN(*t, labels, jumps);
  COLUMN(*t, entry, count), COLUMN(*t, switches, count), COLUMN(*t, returns_to, jumps);
  if (jumps > 0) memcpy(t->jump_table, data, 4 * (size_t)jumps);
  decode_program(t);
}

/* A copy of so many bytes, to the byte. */
static void *copy_of(const void *from, size_t bytes) {
  void *copy = block_of(bytes);
  if (bytes > 0) memcpy(copy, from, bytes);
  return copy;
}

#define COPY(name, count) p->name = copy_of(t->name, sizeof *t->name * (size_t)(count))

/* What the passes work on: as src/engine/recompiler/tables.ts lays it out. */
static void lay_tables(program_tables *p, const decode_tables *t, const uint8_t *head) {
  u32 count = t->count, segments = t->segments;
  memset(p, 0, sizeof *p);
  p->segments = segments;
  p->functions = t->functions;
  p->jumps = t->jumps;
  p->links = t->links;
  p->both = head[6] & 1;
  p->set = t->set;
  p->gas_model = head[1] % GAS_MODELS;
  p->paid_whole = p->gas_model != PVM_GAS_INSTRUCTION;
  p->cmov_reads = head[6] >> 1 & 1;
  p->code_length = t->code_length;
  p->code = t->code;
  p->mask = t->mask;
  p->tally_at = head[6] & 4 ? 0x38000000u : 0;
  COPY(id, count), COPY(a, count), COPY(b, count), COPY(d, count), COPY(x, count), COPY(x_high, count), COPY(y, count);
  COPY(target, count), COPY(pc, count), COPY(uses, count), COPY(defs, count);
  COPY(segment_start, segments + 1), COPY(next_segment, segments), COPY(function_of, segments), COPY(accesses, segments);
  COPY(is_block, segments), COPY(function_start, t->functions + 1), COPY(label_start, t->functions + 1);
  COPY(labels, t->label_start[t->functions]), COPY(jump_table, t->jumps);
  uint8_t *tolerant = block_of(count), *leave = block_of(segments);
  for (u32 i = 0; i < count; i++) tolerant[i] = head[6] & 8 ? (head[7] ^ i) % 3 == 0 : 0;
  for (u32 s = 0; s < segments; s++) leave[s] = head[6] & 16 && (head[7] ^ s) % 5 == 0 ? LEAVE_ALWAYS : LEAVE_IF_FULL;
  p->tolerant = tolerant;
  p->leave = leave;
  p->templates = copy_of(templates, template_bytes);
  COLUMN(*p, cost, segments), COLUMN(*p, callees, MAX_INDIRECT), COLUMN(*p, node_pool, segments + POOL_CAPACITY);
  for (u32 s = 0; s < segments; s++) p->cost[s] = -1;
  COLUMN(*p, check, count), COLUMN(*p, local, count), COLUMN(*p, offset, count), COLUMN(*p, span, count);
  COLUMN(*p, root, count), COLUMN(*p, low, count), COLUMN(*p, base, count), COLUMN(*p, records, count), COLUMN(*p, way, count);
  COLUMN(*p, frames, segments), COLUMN(*p, external, segments);
  u32 *roots = block_of(4 * (size_t)segments), *nodes = block_of(4 * (size_t)segments), *index = block_of(4 * (size_t)segments);
  memset(index, 0, 4 * (size_t)segments);
  for (u32 s = 0; s < segments && p->root_count < 40; s++) {
    int starts = t->function_start[t->function_of[s]] == (s32)s;
    if (!(head[4] % 3 == 0 ? starts : head[4] % 3 == 1 ? t->is_block[s] : (s ^ head[7]) % 4 == 0)) continue;
    index[s] = FIRST_ROOT + p->root_count;
    nodes[p->root_count] = head[6] & 32 ? 1 + head[5] : MAX_NODES;
    roots[p->root_count++] = s;
  }
  p->roots = roots;
  p->root_nodes = nodes;
  p->root_index = index;
  p->indirect = find_callees(p);
}

/* Compiles, with more room while there is too little. The module begins at p->module_at. */
static void compile(program_tables *p, u32 options, u32 room) {
  for (; room <= MOST_ROOM; room *= 2) {
    p->module = malloc(room);
    if (p->module == 0) abort();
    p->room = room;
    memset(p->external, 0, p->segments);
    memset(&graph, 0xa5, sizeof graph);
    memset(&the_plan, 0xa5, sizeof the_plan);
    memset(&wide, 0xa5, sizeof wide);
    if (compile_module(p, &graph, &the_plan, &wide, options) == COMPILED_WHOLE) return;
    free(p->module);
  }
  abort(); /* no input is so large that it needs more */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *count, char ***arguments);

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  FILE *file = fopen(getenv("PVM_TEMPLATES"), "rb");
  if (file == 0) return 1;
  fseek(file, 0, SEEK_END);
  template_bytes = (size_t)ftell(file);
  rewind(file);
  templates = malloc(template_bytes);
  if (fread(templates, 1, template_bytes, file) != template_bytes) abort();
  fclose(file);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < HEAD + 2) return 0;
  u32 jumps = data[8];
  if (HEAD + 4 * (size_t)jumps + 2 > size) return 0;
  decode_tables t;
  program_tables p;
  decode(&t, data + HEAD, size - HEAD, jumps, data[0] % 7);
  if (t.segments > 0) {
    lay_tables(&p, &t, data);
    u32 options = (u32)data[2] | (u32)data[3] << 8, room = 64u + 64u * data[5];
    compile(&p, options, room);
    u32 length = p.module_end - p.module_at, at = p.module_at;
    if (p.module_end > p.room || at > p.module_end || memcmp(p.module + at, "\0asm", 4) != 0) abort();
    uint8_t *first = p.module;
    compile(&p, options, MOST_ROOM / 64);
    if (p.module_end - p.module_at != length || memcmp(first + at, p.module + p.module_at, length) != 0) abort();
    free(first);
    free(p.module);
  }
  while (block_count > 0) free(blocks[--block_count]);
  return 0;
}
