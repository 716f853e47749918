/* Machines for program files: makes one with the file's rules, and starts it with the file's memory and registers (GP A.7). Files
 * are read by file.c. */
#include "../machine/vm.h"

#if !WASM

CORE pvm *refuse(pvm_problem *problem, const char *code, u64 offset, const char *expected) {
  if (problem != 0) *problem = (pvm_problem){code, offset, expected};
  return 0;
}

pvm *pvm_create_parts(uint32_t service_index, const uint8_t *code, uint32_t code_len, const uint8_t *mask,
                      const uint32_t *jump_table, uint32_t jump_len, const uint64_t *initial_regs, uint32_t num_regs,
                      uint32_t initial_pc, pvm_problem *problem) {
  if ((code_len != 0 && (code == 0 || mask == 0)) || (jump_len != 0 && jump_table == 0)) {
    return refuse(problem, "bad-argument", 0, "code with its bitmask, a jump table of its length");
  }
  if (num_regs > 13 || (num_regs > 0 && initial_regs == 0)) return refuse(problem, "bad-argument", 0, "at most 13 registers");
  if (code_len > MAX_CODE) return refuse(problem, "length-too-large", 0, "at most 2^25 code bytes");
  u32 used = code_len & 7;
  if (used != 0 && mask[(code_len - 1) >> 3] >> used != 0) {
    return refuse(problem, "bad-bitmask", code_len >> 3, "zero bits behind the last code byte");
  }
  static const u32 none[1];
  parts p = {.code = code, .mask = mask, .jump_len = jump_len, .code_len = code_len};
  pvm *vm = with_registers(make_machine(&p, jump_len != 0 ? jump_table : none), service_index, initial_regs, num_regs, initial_pc);
  return vm != 0 ? vm : refuse(problem, "no-memory", 0, "memory from the allocator");
}

int32_t pvm_set_rules(pvm *vm, const char *profile) {
  if (vm == 0 || profile == 0) return PVM_BAD;
  for (size_t i = 0; i < LENGTH(profiles); i++) {
    size_t k = 0;
    while (profile[k] != 0 && profile[k] == profiles[i].name[k]) k += 1;
    if (profile[k] == profiles[i].name[k]) return pvm_set_profile(vm, profiles[i].set, profiles[i].rules, profiles[i].gas_model);
  }
  return PVM_BAD;
}

pvm *pvm_create_program(uint32_t service_index, const pvm_file *file, pvm_problem *problem) {
  static const u32 sets[] = {PVM_SET_REVIVE_V1, PVM_SET_LATEST64, PVM_SET_LATEST64, PVM_SET_GP_080};
  if (file == 0 || file->kind == PVM_KIND_ANY || file->kind > PVM_KIND_POLKAVM || file->version > 3) {
    return refuse(problem, "bad-argument", 0, "a file that pvm_parse has filled");
  }
  int polkavm = file->kind == PVM_KIND_POLKAVM;
  if (polkavm && file->version == 1) return refuse(problem, "bad-version", 4, "a 64-bit program to run");
  if (file->code.length > MAX_CODE) return refuse(problem, "length-too-large", 0, "at most 2^25 code bytes");
  parts p = {file->jump_table.bytes, file->code.bytes, file->mask.bytes, file->jump_len, file->code.length, file->jump_bytes};
  pvm *vm = make_machine(&p, 0);
  if (vm == 0) return refuse(problem, "no-memory", 0, "memory from the allocator");
  vm->service = service_index;
  pvm_set_rules(vm, polkavm ? "polkavm" : "gp-0.7.2");
  if (polkavm) pvm_set_profile(vm, sets[file->version], vm->rules, vm->gas_model);
  return vm;
}

CORE int32_t fill(pvm *vm, u32 from, u32 to, u32 access, pvm_bytes data) {
  int32_t result = pvm_protect(vm, from >> PAGE_BITS, (to - from) >> PAGE_BITS, access);
  return result == PVM_OK && data.length > 0 ? copy_in(vm, from, data.bytes, (u32)data.length, RIGHT_READ) : result;
}

int32_t pvm_start(pvm *vm, const pvm_file *file, uint32_t entry, const uint8_t *args, uint32_t args_len) {
  if (vm == 0 || file == 0 || (args == 0 && args_len != 0)) return PVM_BAD;
  pvm_bounds bounds = file->bounds;
  if (args_len > bounds.args_to - bounds.args_from) return PVM_BAD;
  int32_t result = pvm_reset(vm);
  bounds.args_to = bounds.args_from + (u32)up_page(args_len);
  if (result == PVM_OK) result = pvm_set_memory_bounds(vm, &bounds);
  if (result == PVM_OK) result = fill(vm, bounds.ro_from, bounds.ro_to, PVM_READ, file->ro_data);
  if (result == PVM_OK) result = fill(vm, bounds.rw_from, bounds.rw_to, PVM_WRITE, file->rw_data);
  if (result == PVM_OK) result = fill(vm, bounds.args_from, bounds.args_to, PVM_READ, (pvm_bytes){args, args_len});
  if (result == PVM_OK) result = fill(vm, bounds.stack_from, bounds.stack_to, PVM_WRITE, (pvm_bytes){0, 0});
  if (result != PVM_OK) return result;
  if (file->stack_top != 0) {
    vm->regs[0] = HALT_ADDRESS;
    vm->regs[1] = file->stack_top;
  }
  if (bounds.args_from != 0) {
    vm->regs[7] = bounds.args_from;
    vm->regs[8] = args_len;
  }
  vm->pc = entry;
  return PVM_OK;
}

#endif
