/* The fast loop: one switch over decoded records. Tracing and single steps have a loop of their own: step.c.
 *
 * Registers are in struct pvm. The gas and the pointer to the record are local variables. Gas is paid where control enters a
 * sequence, by the jump that leads there. At every exit pc, gas, registers and memory are exactly what the specification
 * says: instructions of a run that were paid and not executed are given back (instruction model).
 */
#include "../machine/vm.h"

#if WASM
/* The rights byte of the page that an access touches. The rotation moves the low bits of a misaligned address to the top, so the
 * index lies beyond the bytes that are ever written, where all is zero. */
#define RIGHTS_OF(p, size) \
  (((const uint8_t *)(uintptr_t)PVM_AT_RIGHTS)[op_rotr32((p), __builtin_ctz(size)) >> (PAGE_BITS - __builtin_ctz(size))])
#define MAY(p, size, right) (RIGHTS_OF(p, size) & (right))
#define HOST_ADDRESS(p) ((void *)(uintptr_t)(p))
#else
#define MAY(p, size, right) \
  ((own->rights[(p) >> PAGE_BITS] & (right)) && ((p) & (PAGE_SIZE - 1)) <= PAGE_SIZE - (size))
#define HOST_ADDRESS(p) (own->frames[(p) >> PAGE_BITS] + ((p) & (PAGE_SIZE - 1)))
#endif

#define A REG(rec->a)
#define B REG(rec->b)
#define D REG(rec->d)
#define X ((u64)(s64)rec->x)
#define Y ((u64)(s64)((const second_slot *)(rec + 1))->y)

/* The record that a dynamic jump leads to (GP A.18). 0 when it leads to none; *failure then says how the machine stops. */
COLD u32 dynamic_target(pvm *vm, u32 address, int *failure) {
  private_part *own = OWN(vm);
  if (address == HALT_ADDRESS) {
    *failure = PVM_HALT;
    return 0;
  }
  *failure = PVM_PANIC;
  u32 i = op_rotr32(address - 2, 1); /* address / 2 - 1; an odd address or 0 becomes too large an index */
  if (i >= vm->jump_len) return 0;
  u32 target = i < vm->jump_size ? own->jump_table[i] : 0;
  if (!pvm_is_block_start(vm, target)) return 0;
  u32 at = record_at(vm, target);
  if (i < vm->jump_size) own->jump_link[i] = at;
  return at;
}

/* Decodes the sequence that a stub stands for, and lets the stub's link lead there from now on. */
COLD u32 resolve(pvm *vm, stub *s) {
  private_part *own = OWN(vm);
  u32 flushes = own->flushes, side = s->side;
  u32 at = record_at(vm, s->pc);
  if (flushes != own->flushes) return at; /* all records were thrown away, this stub with them */
  const header *h = (const header *)AT(vm, at) - 1;
  link *to;
  switch (side) {
    case 0:
      to = (link *)(void *)((char *)s - offsetof(branch_slots, taken_stub) + offsetof(branch_slots, taken));
      break;
    case 1:
      to = (link *)(void *)((char *)s - offsetof(branch_slots, fall_stub) + offsetof(branch_slots, fall));
      break;
    default:
      to = (link *)(void *)((char *)s - offsetof(jump_slot, stub) + offsetof(jump_slot, to));
      break;
  }
  to->at = at;
  to->cost = h->cost;
  return at;
}

/* Pays for the run or block at pc and returns the record there. Returns 0 when the fast loop cannot start there; *result then
 * says why. */
COLD record *start_at(pvm *vm, u32 pc, s64 *gas, int *result) {
  *result = GO_SHORT;
  if (pc > vm->code_len) return 0;
  if (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc)) {
    *result = PVM_PANIC;
    return 0;
  }
  u32 cost = 0;
  if (vm->gas_model != PVM_GAS_INSTRUCTION && !vm->charged) {
    u32 start = start_of_block(vm, pc);
    if (pvm_is_block_start(vm, start)) cost = ((const header *)AT(vm, record_at(vm, start)) - 1)->cost;
    else cost = pvm_block_cost(vm, pc);
  }
  record *rec = (record *)AT(vm, record_at(vm, pc));
  if (vm->gas_model == PVM_GAS_INSTRUCTION) cost = run_cost(rec);
  if (*gas < (s64)cost) return 0;
  *gas -= cost;
  tally_start(vm, pc, rec);
  count_start(vm, rec);
  return rec;
}

/* Makes the load or store of a record by the slow path of memory.c. Returns 0, or how the machine stops. */
COLD int slow_access(pvm *vm, const record *rec) {
  u64 value = 0;
  int result;
  switch (op_of(rec)) {
#define LOAD(name, type, where)                                            \
  case OP_##name:                                                          \
    result = pvm_slow_read(vm, (u32)(where), sizeof(type), &value);        \
    if (result == 0) A = (u64)(s64)(type)value;                            \
    return result;
    PVM_LOADS(LOAD)
#undef LOAD
#define STORE(name, type, where, what) \
  case OP_##name:                      \
    return pvm_slow_write(vm, (u32)(where), sizeof(type), (what));
    PVM_STORES(STORE)
#undef STORE
    default:
      return PVM_PANIC;
  }
}

#define BY_INSTRUCTION (vm->gas_model == PVM_GAS_INSTRUCTION)

#define NEXT(slots) \
  rec += (slots);   \
  continue

#define ENTER(to)           \
  {                         \
    const link *l = (to);   \
    gas -= l->cost;         \
    rec = AT(vm, l->at);    \
    if (UNLIKELY(gas < 0)) goto short_of_gas; \
    continue;               \
  }

/* What instructions do, alone and as steps of superinstructions (isa/fused.gen.h). v names the result, for the step that uses
 * it. rec goes on to the next record. When a step fails, rec is at its record. */
#define DO_ALU(v, to, value) \
  const u64 v = (value);     \
  (void)v;                   \
  to = v;                    \
  rec += 1;
#define DO_LOAD(v, type, where)                                             \
  const u32 at_##v = (u32)(where);                                          \
  type loaded_##v;                                                          \
  if (UNLIKELY(!MAY(at_##v, sizeof(type), RIGHT_FAST_READ))) goto slow;     \
  __builtin_memcpy(&loaded_##v, HOST_ADDRESS(at_##v), sizeof(type));        \
  DO_ALU(v, A, (u64)(s64)loaded_##v)
#define DO_STORE(slots, type, where, what)                                  \
  {                                                                         \
    const u32 p = (u32)(where);                                             \
    const type stored = (type)(what);                                       \
    if (UNLIKELY(!MAY(p, sizeof(type), RIGHT_FAST_WRITE))) goto slow;       \
    __builtin_memcpy(HOST_ADDRESS(p), &stored, sizeof(type));               \
    rec += (slots);                                                         \
  }
/* Each branch has code of its own for going on. When all shared it, loops took 10 to 15 % longer (collatz 166 -> 190 ms). */
#define DO_BRANCH(condition)                                 \
  {                                                          \
    const branch_slots *s = (const branch_slots *)(rec + 1); \
    if (condition) {                                         \
      __asm__ volatile(""); /* keeps it a branch: with a select the next record would have to wait for the condition */ \
      ENTER(&s->taken);                                      \
    }                                                        \
    ENTER(&s->fall);                                         \
  }
#define DO_JUMP() ENTER(&((const jump_slot *)(rec + 1))->to);
#define DO_CALL(value) \
  A = (value);         \
  DO_JUMP()
#define DO_JUMP_IND(where) \
  address = (u32)(where);  \
  goto dynamic;

/* The gas after a host call. The host has just written its lower half alone. A processor cannot forward such a store to a load
 * of all 64 bits, so that load would wait. Two loads do not. Measured by bench/micro/host-call.mjs. */
CORE s64 gas_left(const pvm *vm) {
#if WASM
  const volatile u32 *half = (const volatile u32 *)(const void *)&vm->gas;
  u32 low = half[0];
  return (s64)((u64)half[1] << 32 | low);
#else
  return vm->gas;
#endif
}

/* The gas that the loop gets at once. V8 cannot replace the code of a wasm function while that runs. So the loop is left and
 * entered again now and then, and then runs the optimized code (measured by bench/micro/time-to-peak.mjs). Entering costs
 * about 50 ns. */
#define SLICE 250000

/* Runs until the machine stops, and returns the exit, or until something else has to be done first, and returns GO_*. */
CORE __attribute__((noinline)) int run_fast(pvm *given) {
  pvm *const vm = MACHINE(given);
  private_part *const own = OWN(vm);
  s64 gas = vm->gas;
  own->reserve = 0;
  int result;
  u32 address, pc;
  record *rec = start_at(vm, vm->pc, &gas, &result);
  if (rec == 0) return result;
  const s64 slice = vm->hot == 0 || !MAY_ENTER(vm) ? SLICE : vm->stride != 0 && vm->stride < vm->hot_left ? vm->stride : vm->hot_left;
  if (gas > slice) {
    own->reserve = gas - slice;
    gas = slice;
  }

again:
  for (;;) {
    switch (rec->op) {
#define ALU(name, to, value) \
  case OP_##name: {          \
    DO_ALU(v, to, value)     \
    continue;                \
  }
      PVM_ALU(ALU)
      PVM_NARROW_ALU(ALU)
#undef ALU
      case OP_LOAD_IMM_64:
        A = (u64)(u32)rec->x | Y << 32;
        NEXT(2);
      case OP_UNLIKELY:
        NEXT(1);

#define LOAD(name, type, where) \
  case OP_##name: {             \
    DO_LOAD(v, type, where)     \
    continue;                   \
  }
      PVM_LOADS(LOAD)
#undef LOAD

#define STORE(name, type, where, what)                 \
  case OP_##name: {                                    \
    DO_STORE(slots_of(OP_##name), type, where, what)   \
    continue;                                          \
  }
      PVM_STORES(STORE)
#undef STORE

#define BRANCH(name, condition) \
  case OP_##name: {             \
    DO_BRANCH(condition)        \
  }
      PVM_BRANCHES(BRANCH)
#undef BRANCH

      case OP_LOAD_IMM_JUMP:
        DO_CALL(X)
      case OP_JUMP:
      case OP_FALLTHROUGH:
        DO_JUMP()

      case OP_LOAD_IMM_JUMP_IND:
        address = (u32)(B + Y);
        A = X;
        goto dynamic;
      case OP_JUMP_IND:
        DO_JUMP_IND(A + X)
      dynamic:
        pc = rec->pc;
#if WASM
      dynamic_at:
#endif
      {
        u32 i = op_rotr32(address - 2, 1);
        u32 at = i < vm->jump_size ? own->jump_link[i] : 0;
        if (UNLIKELY(at == 0)) {
          at = dynamic_target(vm, address, &result);
          if (at == 0) goto stopped;
        }
        rec = AT(vm, at);
        gas -= ((const header *)rec - 1)->cost;
        if (UNLIKELY(gas < 0)) goto short_of_gas;
        continue;
      }

      case OP_TRAP:
        result = PVM_PANIC;
        pc = rec->pc;
        goto stopped;

      case OP_SBRK:
        D = pvm_sbrk(vm, A);
        NEXT(1);

      case OP_ECALLI: {
        const pause_slot *s = (const pause_slot *)(rec + 1);
        u32 next = s->next_pc;
        vm->gas = gas + own->reserve;
        result = call_host(vm, rec->pc, next, rec->x);
        if (result != PVM_RUNNING) return result;
        if (vm->pc != next || vm->trace || vm->charged == (u32)BY_INSTRUCTION) return GO_AGAIN;
        gas = gas_left(vm) - own->reserve;
        if (BY_INSTRUCTION) gas -= s->cost;
        /* The run behind the call could not be paid, and vm->gas is what it was before that. (Under block models the host has
         * taken more than the slice had.) */
        if (UNLIKELY(gas < 0)) return own->reserve > 0 ? GO_AGAIN : GO_SHORT;
        NEXT(2);
      }

      case OP_MEMSET: {
        const pause_slot *s = (const pause_slot *)(rec + 1);
        vm->gas = gas + own->reserve;
        vm->charged = !BY_INSTRUCTION;
        result = memset_at(vm, rec->pc);
        gas = vm->gas - own->reserve;
        vm->pc = rec->pc;
        if (result != PVM_RUNNING) return result;
        vm->pc = s->next_pc;
        if (BY_INSTRUCTION) gas -= s->cost;
        if (UNLIKELY(gas < 0)) return own->reserve > 0 ? GO_AGAIN : GO_SHORT;
        NEXT(2);
      }

      case OP_GLUE: {
        pause_slot *s = (pause_slot *)(rec + 1);
        if (s->at == 0) {
          u32 flushes = own->flushes, next = s->next_pc;
          if (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, next)) {
            vm->gas = gas + own->reserve;
            vm->pc = next;
            vm->charged = !BY_INSTRUCTION && !s->first;
            tally_undo(vm, next);
            return GO_AGAIN; /* start_at panics there */
          }
          u32 at = record_at(vm, next), cost = BY_INSTRUCTION ? run_cost(AT(vm, at)) : 0;
          if (flushes != own->flushes || at == 0) {
            tally_undo(vm, next);
            vm->gas = gas + own->reserve;
            vm->pc = next;
            vm->charged = !BY_INSTRUCTION;
            return GO_AGAIN;
          }
          s->cost = cost;
          s->at = behind_tally(vm, at);
        }
        gas -= s->cost;
        if (UNLIKELY(gas < 0)) {
          tally_undo(vm, s->next_pc);
          vm->gas = gas + s->cost + own->reserve;
          vm->pc = s->next_pc;
          return own->reserve > 0 ? GO_AGAIN : GO_SHORT;
        }
        rec = AT(vm, s->at);
        if (UNLIKELY(!count_glued(vm, rec))) {
          tally_undo(vm, s->next_pc);
          vm->gas = gas + s->cost + own->reserve;
          vm->pc = s->next_pc;
          vm->charged = !BY_INSTRUCTION;
          return GO_COUNTED;
        }
        continue;
      }

      case OP_STUB: {
        rec = AT(vm, resolve(vm, (stub *)rec));
        gas -= ((const header *)rec - 1)->cost;
        if (UNLIKELY(gas < 0)) goto short_of_gas;
        continue;
      }
      case OP_BAD_TARGET:
        result = PVM_PANIC;
        pc = ((const stub *)rec)->pc;
        goto stopped;

#if PVM_WATCHING
      case OP_TALLY:
        *(s64 *)AT(vm, (u32)rec->x) += 1;
        NEXT(1);
      case OP_STEPS:
        own->steps -= rec->x;
        if (LIKELY(own->steps >= 0)) {
          NEXT(1);
        }
        own->steps += rec->x;
        if (BY_INSTRUCTION) gas += rec->x;
        result = GO_COUNTED;
        goto before;
      case OP_FOUND:
        result = GO_FOUND;
      before:
        vm->pc = rec->pc;
        vm->gas = gas + own->reserve + stop_before(vm, rec->pc);
        return result;
#endif

      case OP_ENTER: {
#if WASM
        const header *h = (const header *)rec - 1;
        const s64 mine = gas + h->cost, before = mine + own->reserve;
        vm->gas = before;
        vm->pc = h->pc;
        vm->charged = 0;
        address = GATE(h->entry);
        if (address == PVM_TO_REFUND) {
          if (BY_INSTRUCTION) vm->gas += count_segment(code_of(vm), vm->pc);
          vm->charged = !BY_INSTRUCTION;
        }
        own->compiled_gas += before - vm->gas;
        if (!(address & 1)) {
          gas = vm->gas < mine ? vm->gas : mine; /* what compiled code used does not count against this loop's slice */
          own->reserve = vm->gas - gas;
          pc = vm->pc;
          goto dynamic_at;
        }
        if (address == PVM_TO_EXIT) return (int)vm->exit;
#endif
        return GO_STEP;
      }

#define PVM_FUSED_CASES
#include "../isa/fused.gen.h"
#undef PVM_FUSED_CASES

      default:
        __builtin_unreachable();
    }
  }

slow: /* The access is misaligned, crosses pages, is the first write to a page, is outside of the window, or is not allowed. */
  result = slow_access(vm, rec);
  if (result == 0) {
    rec += slots_of(op_of(rec));
    goto again;
  }
  /* The machine stops in the middle of a run. This instruction stays paid; those behind it are given back. */
  pc = rec->pc;
  tally_stop(vm, pc, result);
  count_stop(vm, rec);
  if (BY_INSTRUCTION) gas += unexecuted_after(rec);
stopped:
  vm->gas = gas + own->reserve;
  vm->pc = pc;
  vm->charged = !BY_INSTRUCTION;
  return result;
short_of_gas: {
  const header *h = (const header *)rec - 1;
  vm->gas = gas + h->cost + own->reserve;
  vm->pc = h->pc;
  vm->charged = 0;
  return own->reserve > 0 ? GO_AGAIN : GO_SHORT;
}
}

#undef A
#undef B
#undef D
#undef X
#undef Y
#undef NEXT
#undef DO_ALU
#undef DO_LOAD
#undef DO_STORE
#undef DO_BRANCH
#undef DO_JUMP
#undef DO_CALL
#undef DO_JUMP_IND
#undef BY_INSTRUCTION
#undef ENTER
