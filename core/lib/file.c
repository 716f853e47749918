/* Reads program files: raw blobs, standard programs, .jam, .polkavm. The rules, the error codes and their offsets are those of
 * src/blob/; test/native/files.test.ts compares the two. Nothing is copied. Machines for files are made by start.c. */
#include "../machine/vm.h"

#if !WASM

#define MAX_IMPORTS 1024u
#define MAX_ENTRIES (1u << 24)
#define ARGUMENTS_SIZE (1u << 24)

/* A cursor over the bytes from `at` up to `end`. It remembers the first thing that went wrong, and reads zeros from then on.
 * Offsets count from `bytes`. */
typedef struct {
  const uint8_t *bytes;
  u64 at, end;
  pvm_problem problem;
} cursor;

CORE int failed(const cursor *c) { return c->problem.code != 0; }
CORE u64 left(const cursor *c) { return c->end - c->at; }

CORE void fail(cursor *c, const char *code, u64 offset, const char *expected) {
  if (!failed(c)) c->problem = (pvm_problem){code, offset, expected};
}

CORE pvm_bytes take(cursor *c, u64 count, const char *what) {
  if (count > left(c)) fail(c, "truncated", c->at, what);
  if (failed(c)) return (pvm_bytes){c->bytes, 0};
  pvm_bytes taken = {c->bytes + c->at, (size_t)count};
  c->at += count;
  return taken;
}

/* Takes a little-endian number of `size` bytes (E_n, GP C.1). */
CORE u64 take_uint(cursor *c, u32 size, const char *what) {
  pvm_bytes b = take(c, size, what);
  u64 value = 0;
  for (size_t i = b.length; i > 0; i--) value = value << 8 | b.bytes[i - 1];
  return value;
}

CORE u32 extra_bytes(u64 first) {
  u32 extra = 0;
  while (extra < 8 && (first & (0x80u >> extra)) != 0) extra += 1;
  return extra;
}

/* Takes a number in the variable-length encoding E (GP C.1.3). A form longer than needed is refused. */
CORE u64 take_varint(cursor *c, u64 limit, const char *what) {
  u64 start = c->at, first = take_uint(c, 1, what);
  u32 extra = extra_bytes(first);
  u64 value = take_uint(c, extra, what);
  if (extra < 8) value |= (first & (0x7Fu >> extra)) << (8 * extra);
  if (failed(c)) return 0;
  if (extra > 0 && value >> (7 * extra) == 0) fail(c, "bad-varint", start, what);
  else if (value > limit) fail(c, "length-too-large", start, what);
  return failed(c) ? 0 : value;
}

/* Takes a number in PolkaVM's variant of that encoding. It has at most 5 bytes, bits above the 32nd are lost, and a form longer
 * than needed is legal. */
CORE u32 take_varint32(cursor *c, const char *what) {
  u64 start = c->at, first = take_uint(c, 1, what);
  u32 extra = extra_bytes(first);
  if (extra > 4) fail(c, "bad-varint", start, what);
  u64 value = take_uint(c, failed(c) ? 0 : extra, what);
  if (extra < 4) value |= (first & (0x7Fu >> extra)) << (8 * extra);
  return failed(c) ? 0 : (u32)value;
}

CORE void expect_end(cursor *c, const char *what) {
  if (left(c) != 0) fail(c, "trailing-bytes", c->at, what);
}

/* Reads what follows the three numbers at the beginning of a program blob: jump table, code, bitmask, and nothing else. */
CORE void read_body(cursor *c, pvm_file *file, u64 code_len) {
  file->jump_table = take(c, file->jump_bytes == 0 ? 0 : file->jump_len * file->jump_bytes, "jump table");
  file->code = take(c, code_len, "code");
  file->mask = take(c, (code_len + 7) / 8, "bitmask");
  u32 used = (u32)(code_len & 7);
  if (!failed(c) && used != 0 && file->mask.bytes[file->mask.length - 1] >> used != 0) {
    fail(c, "bad-bitmask", c->at - 1, "zero bits behind the last code byte");
  }
  expect_end(c, "the end of the program blob");
}

/* Reads a program blob (GP A.2). */
CORE void read_blob(cursor *c, pvm_file *file) {
  u64 start = c->at;
  file->jump_len = take_varint(c, UINT64_MAX, "jump table length");
  file->jump_bytes = (u32)take_uint(c, 1, "jump table entry size");
  if (file->jump_bytes > 0 && file->jump_len > left(c) / file->jump_bytes) {
    fail(c, "bad-jump-table", start, "a jump table within the bytes left");
  }
  u64 code_len = take_varint(c, 0xFFFFFFFF, "code length");
  if (!failed(c)) read_body(c, file, code_len);
}

/* Reads a standard program (GP A.7). */
CORE void read_standard(cursor *c, pvm_file *file) {
  u64 ro = take_uint(c, 3, "read-only data length"), rw = take_uint(c, 3, "read-write data length");
  file->ro_size = (u32)ro;
  file->rw_size = (u32)(up_page(rw) + take_uint(c, 2, "heap page count") * PAGE_SIZE);
  file->stack_size = (u32)take_uint(c, 3, "stack size");
  file->ro_data = take(c, ro, "read-only data");
  file->rw_data = take(c, rw, "read-write data");
  u64 blob = take_uint(c, 4, "program blob length");
  u64 start = c->at;
  take(c, blob, "program blob");
  expect_end(c, "the end of the standard program");
  c->at = start;
  if (!failed(c)) read_blob(c, file);
}

CORE u64 up_zone(u64 n) { return (n + ZONE_SIZE - 1) & ~(u64)(ZONE_SIZE - 1); }

/* Finds where the areas of a standard program are (GP A.37 to A.43). */
CORE int32_t place_standard(pvm_file *file, pvm_problem *problem) {
  u64 heap = file->rw_size - up_page(file->rw_data.length);
  u64 total = 5 * (u64)ZONE_SIZE + up_zone(file->ro_size) + up_zone(file->rw_data.length + heap) +
              up_zone(file->stack_size) + ARGUMENTS_SIZE;
  if (total > UINT64_C(0x100000000)) {
    *problem = (pvm_problem){"bad-layout", 0, "areas of at most 2^32 bytes in all"};
    return PVM_BAD;
  }
  pvm_bounds *b = &file->bounds;
  u32 rw_start = (u32)(2 * ZONE_SIZE + up_zone(file->ro_size));
  file->stack_top = 0u - 2 * ZONE_SIZE - ARGUMENTS_SIZE;
  b->ro_from = ZONE_SIZE;
  b->ro_to = ZONE_SIZE + (u32)up_page(file->ro_size);
  b->rw_from = rw_start;
  b->rw_to = b->heap_start = rw_start + file->rw_size;
  b->stack_from = b->heap_limit = file->stack_top - (u32)up_page(file->stack_size);
  b->stack_to = file->stack_top;
  b->args_from = 0u - ZONE_SIZE - ARGUMENTS_SIZE;
  b->args_to = b->args_from + ARGUMENTS_SIZE;
  return PVM_OK;
}

/* ---- .polkavm (docs/formats.md) ---- */

enum { AT_MEMORY = 1, AT_RO, AT_RW, AT_IMPORTS, AT_EXPORTS, AT_CODE, SECTION_COUNT, OPTIONAL = 128, LAST_KNOWN = 131 };

/* The sections of a file, as ranges of its bytes. One that is not there begins at 0. */
typedef struct {
  u64 from[SECTION_COUNT], to[SECTION_COUNT], end;
} sections;

CORE void find_sections(cursor *c, sections *found) {
  u32 last = 0;
  while (!failed(c)) {
    u64 start = c->at;
    u32 id = (u32)take_uint(c, 1, "section number or end marker");
    if (failed(c) || id == 0) break;
    if ((id >= SECTION_COUNT && id < OPTIONAL) || (id <= last && !(last > LAST_KNOWN && id >= OPTIONAL))) {
      fail(c, "bad-section", start, "the number of a section that may stand here, or 0 for the end");
    }
    if (id > last) last = id;
    u32 length = take_varint32(c, "section length");
    if (id < SECTION_COUNT) {
      found->from[id] = c->at;
      found->to[id] = c->at + length;
    }
    take(c, length, "a section");
  }
  found->end = c->at;
}

/* Narrows the cursor to a section. Returns 0 when the file does not have it. */
CORE int enter(cursor *c, const sections *found, u32 id) {
  if (found->from[id] == 0 || failed(c)) return 0;
  c->at = found->from[id];
  c->end = found->to[id];
  return 1;
}

CORE pvm_bytes read_data(cursor *c, const sections *found, u32 id, u32 limit) {
  if (!enter(c, found, id)) return (pvm_bytes){c->bytes, 0};
  if (left(c) > limit) fail(c, "bad-layout", c->at, "no more data than its size in memory");
  return take(c, left(c), "data");
}

CORE u32 offset_at(pvm_bytes offsets, u32 index) {
  u32 value = 0;
  for (u32 i = 4; i > 0; i--) value = value << 8 | offsets.bytes[4 * (size_t)index + i - 1];
  return value;
}

CORE void read_imports(cursor *c, pvm_file *file) {
  u64 start = c->at;
  u32 count = take_varint32(c, "import count");
  if (count > MAX_IMPORTS) fail(c, "length-too-large", start, "at most 1024 imports");
  u64 offsets_at = c->at;
  if (!failed(c) && 4 * (u64)count > left(c)) fail(c, "truncated", c->at + (left(c) & ~(u64)3), "import symbol offset");
  file->import_offsets = take(c, 4 * (u64)count, "import symbol offset");
  file->import_symbols = take(c, left(c), "import symbols");
  for (u32 i = 0; i < count && !failed(c); i++) {
    u64 from = offset_at(file->import_offsets, i);
    u64 to = i + 1 < count ? offset_at(file->import_offsets, i + 1) : file->import_symbols.length;
    if (from > to || to > file->import_symbols.length) {
      fail(c, "bad-symbol", offsets_at + 4 * (u64)i, "a symbol within the symbol bytes");
    }
  }
  file->import_count = failed(c) ? 0 : count;
}

/* Takes the next export: its code offset and its name. */
CORE pvm_bytes take_export(cursor *c, u32 *pc) {
  *pc = take_varint32(c, "code offset of an export");
  u32 length = take_varint32(c, "length of an export symbol");
  return take(c, length, "export symbol");
}

CORE void read_exports(cursor *c, pvm_file *file) {
  u64 start = c->at;
  u32 count = take_varint32(c, "export count"), pc;
  if (2 * (u64)count > left(c)) fail(c, "length-too-large", start, "exports within the section");
  u64 first = c->at;
  for (u32 i = 0; i < count && !failed(c); i++) take_export(c, &pc);
  expect_end(c, "the end of the exports section");
  if (failed(c)) return;
  file->export_count = count;
  file->exports = (pvm_bytes){c->bytes + first, (size_t)(c->end - first)};
}

CORE void read_code(cursor *c, pvm_file *file) {
  u64 start = c->at;
  u32 count = take_varint32(c, "jump table length");
  if (count > MAX_ENTRIES) fail(c, "bad-jump-table", start, "at most 2^24 jump table entries");
  start = c->at;
  u32 size = (u32)take_uint(c, 1, "jump table entry size");
  if (size > 4) fail(c, "bad-jump-table", start, "jump table entries of 0 to 4 bytes");
  start = c->at;
  u32 code_len = take_varint32(c, "code length");
  if (code_len > MAX_CODE) fail(c, "length-too-large", start, "at most 2^25 code bytes");
  file->jump_len = count;
  file->jump_bytes = size;
  if (!failed(c)) read_body(c, file, code_len);
}

/* Finds where the areas of a .polkavm program are. They lie as those of a standard program, with two differences: the heap starts
 * at the very end of the read-write data, not at the next page, and the stack is where a standard program has its arguments. */
CORE int32_t place_polkavm(pvm_file *file, pvm_problem *problem) {
  u64 rw_start = 2 * ZONE_SIZE + up_zone(file->ro_size);
  u32 stack_top = HALT_ADDRESS - ZONE_SIZE;
  if (rw_start + up_zone(file->rw_size) + ZONE_SIZE + up_zone(file->stack_size) > stack_top) {
    *problem = (pvm_problem){"bad-layout", 0, "a stack above the read-write data"};
    return PVM_BAD;
  }
  pvm_bounds *b = &file->bounds;
  file->stack_top = stack_top;
  b->ro_from = ZONE_SIZE;
  b->ro_to = ZONE_SIZE + (u32)up_page(file->ro_size);
  b->rw_from = (u32)rw_start;
  b->rw_to = (u32)(rw_start + up_page(file->rw_size));
  b->stack_from = stack_top - (u32)up_page(file->stack_size);
  b->stack_to = stack_top;
  b->heap_start = (u32)rw_start + file->rw_size;
  b->heap_limit = (u32)(stack_top - up_zone(file->stack_size) - ZONE_SIZE);
  return PVM_OK;
}

/* Refuses files of PolkaVM 0.37. It writes versions 1 and 2 with another encoding, and nothing in the file says so. But decoded
 * in the old way, its exports are in places where no instruction starts. */
CORE int32_t refuse_newer(const pvm_file *file, pvm_problem *problem) {
  cursor exports = {file->exports.bytes, 0, file->exports.length, {0, 0, 0}};
  for (u32 i = 0; i < file->export_count && file->version != 0 && file->version != 3; i++) {
    u32 pc;
    take_export(&exports, &pc);
    if (pc < file->code.length && (file->mask.bytes[pc >> 3] >> (pc & 7) & 1) != 0) continue;
    const char *expected = "exports that are instructions (the encoding of PolkaVM 0.37 is not supported)";
    *problem = (pvm_problem){"bad-version", 4, expected};
    return PVM_BAD;
  }
  return PVM_OK;
}

CORE void read_polkavm(cursor *c, pvm_file *file) {
  static const uint8_t magic[4] = {'P', 'V', 'M', 0};
  for (u32 i = 0; i < 4; i++) {
    if (i >= c->end || c->bytes[i] != magic[i]) fail(c, "bad-magic", 0, "the bytes 50 56 4d 00, \"PVM\"");
  }
  if (failed(c)) return;
  c->at = 4;
  file->version = (u32)take_uint(c, 1, "version");
  if (file->version > 3) fail(c, "bad-version", 4, "a version from 0 to 3");
  u64 length = c->end, total = take_uint(c, 4, "total length");
  total |= take_uint(c, 4, "total length") << 32;
  if (total > length) fail(c, "truncated", length, "as many bytes as the file says");
  if (total < length) fail(c, "trailing-bytes", total, "as many bytes as the file says");
  sections found = {0};
  find_sections(c, &found);
  if (enter(c, &found, AT_MEMORY)) {
    file->ro_size = take_varint32(c, "read-only size");
    file->rw_size = take_varint32(c, "read-write size");
    file->stack_size = take_varint32(c, "stack size");
    expect_end(c, "the end of the memory section");
  }
  if (found.from[AT_CODE] == found.to[AT_CODE]) {
    u64 at = found.from[AT_CODE] != 0 ? found.from[AT_CODE] : found.end;
    fail(c, "bad-section", at, "a code section (6) with contents");
  }
  file->ro_data = read_data(c, &found, AT_RO, file->ro_size);
  file->rw_data = read_data(c, &found, AT_RW, file->rw_size);
  if (enter(c, &found, AT_IMPORTS)) read_imports(c, file);
  if (enter(c, &found, AT_EXPORTS) && left(c) > 0) read_exports(c, file);
  if (enter(c, &found, AT_CODE)) read_code(c, file);
}

/* ---- which kind is it ---- */

/* Reads the bytes as a file of that kind. */
CORE int32_t parse_as(const uint8_t *bytes, size_t length, u32 kind, pvm_file *file, pvm_problem *problem) {
  cursor c = {bytes, 0, length, {0, 0, 0}};
  __builtin_memset(file, 0, sizeof *file);
  file->kind = kind;
  switch (kind) {
    case PVM_KIND_RAW:
      read_blob(&c, file);
      break;
    case PVM_KIND_POLKAVM:
      read_polkavm(&c, file);
      break;
    default:
      if (kind == PVM_KIND_JAM) file->metadata = take(&c, take_varint(&c, length, "metadata length"), "metadata");
      read_standard(&c, file);
  }
  *problem = c.problem;
  return failed(&c) ? PVM_BAD : PVM_OK;
}

/* Finds out the kind of a file. Only .polkavm has a magic number. So it is the first kind whose lengths add up exactly, and those
 * with most structure are tried first. */
CORE int32_t detect(const uint8_t *bytes, size_t length, pvm_file *file, pvm_problem *problem) {
  pvm_problem as_polkavm;
  for (u32 kind = PVM_KIND_POLKAVM; kind >= PVM_KIND_RAW; kind--) {
    if (parse_as(bytes, length, kind, file, problem) == PVM_OK) return PVM_OK;
    if (kind == PVM_KIND_POLKAVM) as_polkavm = *problem;
  }
  int magic = length >= 4 && bytes[0] == 'P' && bytes[1] == 'V' && bytes[2] == 'M' && bytes[3] == 0;
  *problem = magic ? as_polkavm : (pvm_problem){"unknown-format", 0, "a raw blob, standard program, .jam or .polkavm file"};
  return PVM_BAD;
}

int32_t pvm_parse(const uint8_t *bytes, size_t length, uint32_t kind, pvm_file *file, pvm_problem *problem) {
  pvm_problem unused;
  if (problem == 0) problem = &unused;
  *problem = (pvm_problem){"bad-argument", 0, "bytes, a kind and a file to fill"};
  if (bytes == 0 || file == 0 || kind > PVM_KIND_POLKAVM) return PVM_BAD;
  int32_t result = kind == PVM_KIND_ANY ? detect(bytes, length, file, problem) : parse_as(bytes, length, kind, file, problem);
  if (result == PVM_OK && file->kind == PVM_KIND_POLKAVM) {
    result = refuse_newer(file, problem);
    if (result == PVM_OK) result = place_polkavm(file, problem);
  } else if (result == PVM_OK && file->kind != PVM_KIND_RAW) {
    result = place_standard(file, problem);
  }
  if (result != PVM_OK) __builtin_memset(file, 0, sizeof *file);
  return result;
}

/* ---- imports and exports ---- */

int32_t pvm_import(const pvm_file *file, uint32_t index, pvm_bytes *name) {
  if (file == 0 || name == 0 || index >= file->import_count) return PVM_BAD;
  u32 from = offset_at(file->import_offsets, index);
  u32 to = index + 1 < file->import_count ? offset_at(file->import_offsets, index + 1) : (u32)file->import_symbols.length;
  *name = (pvm_bytes){file->import_symbols.bytes + from, to - from};
  return PVM_OK;
}

int32_t pvm_export(const pvm_file *file, uint32_t index, pvm_bytes *name, uint32_t *pc) {
  if (file == 0 || name == 0 || pc == 0 || index >= file->export_count) return PVM_BAD;
  cursor c = {file->exports.bytes, 0, file->exports.length, {0, 0, 0}};
  for (u32 i = 0; i <= index; i++) *name = take_export(&c, pc);
  return PVM_OK;
}

int32_t pvm_find_export(const pvm_file *file, const char *name, uint32_t *pc) {
  if (file == 0 || name == 0 || pc == 0) return PVM_BAD;
  cursor c = {file->exports.bytes, 0, file->exports.length, {0, 0, 0}};
  for (u32 i = 0; i < file->export_count; i++) {
    u32 at;
    pvm_bytes found = take_export(&c, &at);
    size_t k = 0;
    while (k < found.length && name[k] != 0 && (uint8_t)name[k] == found.bytes[k]) k += 1;
    if (k < found.length || name[k] != 0) continue;
    *pc = at;
    return PVM_OK;
  }
  return PVM_BAD;
}

#endif
