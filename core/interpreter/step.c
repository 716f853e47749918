/* The loop that executes one instruction at a time, straight from the code. It serves for stepping, for tracing, and where the
 * gas does not cover a whole run. It is not fast. What instructions compute comes from the same generated list as in the fast
 * loop. */
#include "../machine/vm.h"

#define A vm->regs[o.a]
#define B vm->regs[o.b]
#define D vm->regs[o.d]
#define X o.x
#define Y o.y

/* How the machine stops when the host did not answer PVM_HOST_CONTINUE. */
COLD int stopped_by_host(pvm *vm, u32 pc, s32 index, s32 action) {
  vm->exit_arg = index;
  switch (action) {
    case PVM_HOST_HALT:
      vm->pc = pc;
      return PVM_HALT;
    case PVM_HOST_EXIT:
      vm->pc = pc;
      return PVM_HOST;
    case PVM_HOST_STOP:
      return PVM_BREAK;
    default:
      if (action >= PVM_HOST_STOPPED && action <= PVM_HOST_STOPPED + PVM_BREAK) return action - PVM_HOST_STOPPED;
      vm->pc = pc; /* the host answered PVM_HOST_PANIC, or a number that means nothing */
      return PVM_PANIC;
  }
}

#if !WASM
CORE u64 price_of(pvm *vm, s32 index) {
  const private_part *own = OWN(vm);
  if (own->price_of != 0) return own->price_of(vm, index, own->price_user);
  return (u32)index < own->price_count ? own->prices[(u32)index] : own->other_price;
}

/* Takes the price, calls the host and checks the gas (GP A.36), as src/engine/host-call.ts does in the wasm build. Returns what
 * the host answers, or that the machine runs out of gas. */
CORE int32_t paid_host(pvm *vm, u32 pc, u32 next, s32 index) {
  private_part *own = OWN(vm);
  vm->pc = pc;
  u64 price = price_of(vm, index);
  vm->pc = next;
  if (pvm_charge_gas(vm, price) != PVM_OK) {
    vm->pc = pc;
    own->unpaid = 1;
    return PVM_HOST_STOPPED + PVM_OUT_OF_GAS;
  }
  own->overdrawn = 0;
  int32_t action = own->host(vm, index, own->host_user);
  if (action == PVM_HOST_EXIT) {
    vm->gas = (s64)((u64)vm->gas + price);
    return action;
  }
  if (!own->overdrawn && vm->gas >= 0) return action;
  vm->gas = own->overdrawn = 0;
  return PVM_HOST_STOPPED + PVM_OUT_OF_GAS;
}
#endif

/* Calls the host. Returns PVM_RUNNING to go on at vm->pc with vm->gas, otherwise how the machine stops. */
CORE __attribute__((always_inline)) inline int call_host(pvm *vm, u32 pc, u32 next, s32 index) {
  int32_t action = PVM_HOST_EXIT;
  vm->charged = vm->gas_model != PVM_GAS_INSTRUCTION;
  vm->pc = next;
#if WASM
  if (LIKELY(!vm->child)) action = env_host(index, pc, next);
#else
  if (!vm->child && OWN(vm)->host != 0) action = paid_host(vm, pc, next, index);
#endif
  return LIKELY(action == PVM_HOST_CONTINUE) ? PVM_RUNNING : stopped_by_host(vm, pc, index, action);
}

/* Pays for the instruction at pc, or for its block. Returns 0, or PVM_OUT_OF_GAS. */
CORE int pay(pvm *vm) {
  const int by_block = vm->gas_model != PVM_GAS_INSTRUCTION;
  if (vm->charged) {
    vm->charged = (u32)by_block;
    return 0;
  }
  s64 cost = by_block ? pvm_block_cost(vm, vm->pc) : 1;
  if (vm->gas < cost) {
    s64 had = vm->gas;
    int result = out_of_gas(vm);
    tally_more(vm, vm->pc, had - vm->gas);
    (void)had;
    return result;
  }
  vm->gas -= cost;
  vm->charged = (u32)by_block;
  return 0;
}

/* Jumps to a code offset, which must be the start of a block (GP A.17, A.18). A negative one never is. */
CORE int jump_to(pvm *vm, int64_t target) {
  if (!pvm_is_block_start(vm, target)) return PVM_PANIC;
  vm->pc = (u32)target;
  return PVM_RUNNING;
}

CORE int jump_dynamic(pvm *vm, u32 address) {
  if (address == HALT_ADDRESS) return PVM_HALT;
  u32 i = op_rotr32(address - 2, 1);
  if (i >= vm->jump_len) return PVM_PANIC;
  return jump_to(vm, i < vm->jump_size ? OWN(vm)->jump_table[i] : 0);
}

CORE int branch_to(pvm *vm, int taken, int64_t target, u32 next) {
  if (RULE(vm, PVM_RULE_CHECK_BOTH)) {
    if (!pvm_is_block_start(vm, target) || !pvm_is_block_start(vm, next)) return PVM_PANIC;
  } else if (taken && !pvm_is_block_start(vm, target)) {
    return PVM_PANIC;
  }
  vm->pc = taken ? (u32)target : next;
  return PVM_RUNNING;
}

/* Executes an instruction that is paid. Returns PVM_RUNNING, or how the machine stops; vm->pc is then still at the instruction. */
CORE int execute(pvm *vm, u32 id, const operands *decoded, u32 next) {
  const operands o = *decoded;
  int result;
  switch (id) {
#define ALU(name, to, value) \
  case OP_##name:            \
    to = (value);            \
    break;
    PVM_ALU(ALU)
    PVM_NARROW_ALU(ALU)
#undef ALU
    case OP_LOAD_IMM_64:
      A = X;
      break;
    case OP_UNLIKELY:
      break;
#define LOAD(name, type, where)                                                     \
  case OP_##name: {                                                                 \
    u64 value = 0;                                                                  \
    result = pvm_slow_read(vm, (u32)(where) + PVM_ROTATION, sizeof(type), &value);  \
    if (result != 0) return result;                                                 \
    A = (u64)(s64)(type)value;                                                      \
    break;                                                                          \
  }
    PVM_LOADS(LOAD) PVM_DIRECT_LOADS(LOAD)
#undef LOAD
#define STORE(name, type, where, what)                                              \
  case OP_##name:                                                                   \
    result = pvm_slow_write(vm, (u32)(where) + PVM_ROTATION, sizeof(type), (what)); \
    if (result != 0) return result;                                                 \
    break;
    PVM_STORES(STORE) PVM_DIRECT_STORES(STORE)
#undef STORE
#define BRANCH(name, condition) \
  case OP_##name:               \
    return branch_to(vm, (int)(condition), o.target, next);
    PVM_BRANCHES(BRANCH)
#undef BRANCH
    case OP_JUMP:
      return jump_to(vm, o.target);
    case OP_LOAD_IMM_JUMP:
      A = X;
      return jump_to(vm, o.target);
    case OP_FALLTHROUGH:
      if (RULE(vm, PVM_RULE_CHECK_BOTH)) return jump_to(vm, next);
      break;
    case OP_JUMP_IND:
      return jump_dynamic(vm, (u32)(A + X));
    case OP_LOAD_IMM_JUMP_IND: {
      u32 address = (u32)(B + Y);
      A = X;
      return jump_dynamic(vm, address);
    }
    case OP_SBRK:
      D = pvm_sbrk(vm, A);
      break;
    case OP_MEMSET:
      result = memset_at(vm, vm->pc);
      if (result != PVM_RUNNING) return result;
      break;
    case OP_ECALLI:
      return PVM_HOST;
    default: /* trap */
      return PVM_PANIC;
  }
  vm->pc = next;
  return PVM_RUNNING;
}

/* Notes in the event which memory the instruction is about to access. */
CORE void describe_access(pvm *vm, u32 id, const operands *decoded, pvm_event *event) {
  const operands o = *decoded;
  event->access = PVM_ACCESS_NONE;
  event->address = event->width = 0;
  event->value = 0;
  switch (id) {
#define LOAD(name, type, where)      \
  case OP_##name:                    \
    event->access = PVM_ACCESS_LOAD; \
    event->address = (u32)(where);   \
    event->width = sizeof(type);     \
    break;
    PVM_LOADS(LOAD) PVM_DIRECT_LOADS(LOAD)
#undef LOAD
#define STORE(name, type, where, what) \
  case OP_##name:                      \
    event->access = PVM_ACCESS_STORE;  \
    event->address = (u32)(where);     \
    event->width = sizeof(type);       \
    event->value = (type)(what);       \
    break;
    PVM_STORES(STORE) PVM_DIRECT_STORES(STORE)
#undef STORE
    default:
      break;
  }
}

CORE void event_before(pvm *vm, u32 id, const operands *o, pvm_event *event) {
  event->pc = vm->pc;
  event->id = id;
  event->a = o->a;
  event->b = o->b;
  event->d = o->d;
  event->x = o->x;
  event->y = o->y;
  event->target = o->target;
  event->reg = written_register(id, o);
  event->before = event->reg < 0 ? 0 : vm->regs[event->reg];
  event->gas_before = vm->gas;
  describe_access(vm, id, o, event);
}

/* Completes an event and reports it. Does not return 0 when the tracer failed and wants the run to end. */
CORE int event_after(pvm *vm, int result, pvm_event *event) {
  int failed = result == PVM_PAGE_FAULT || (result == PVM_PANIC && event->access != PVM_ACCESS_NONE);
  if (failed) event->reg = -1;
  event->gas_after = vm->gas;
  event->after = event->reg < 0 ? 0 : vm->regs[event->reg];
  if (event->reg < 0) event->before = 0;
  if (event->access == PVM_ACCESS_LOAD && !failed) {
    event->value = event->width == 8 ? event->after : event->after & ((UINT64_C(1) << (8 * event->width)) - 1);
  }
#if WASM
  return env_trace();
#else
  if (OWN(vm)->tracer != 0) OWN(vm)->tracer(vm, event, OWN(vm)->trace_user);
  return 0;
#endif
}

/* Executes at most `count` instructions. Returns PVM_STEP when all were executed, GO_AGAIN when tracing was switched on or off,
 * otherwise how the machine stops. */
COLD int run_steps(pvm *vm, u64 count, int traced) {
  pvm_event *event = &OWN(vm)->event;
  for (; count > 0; count--) {
    u32 pc = vm->pc;
    if (stands_at_sought(vm)) return GO_FOUND;
    if (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc)) return PVM_PANIC;
    operands o;
    u32 id = pvm_id_at(vm, pc), next = pc + 1;
    if (pc < vm->code_len) {
      pvm_operands(vm, id, pc, &o);
      next += pvm_skip(vm, pc);
    } else {
      __builtin_memset(&o, 0, sizeof o);
    }
    if (traced) event_before(vm, id, &o, event);
    u32 charged = vm->charged;
    int result = pay(vm);
    if (result != 0) return result;
    result = execute(vm, id, &o, next);
    tally_step(vm, pc, id, next, charged, result);
    (void)charged;
    if (result == PVM_RUNNING && pvm_kind_of[id] >= KIND_TRAP) vm->charged = 0;
    if (traced && event_after(vm, result, event) != 0) return PVM_ABORTED;
    if (result == PVM_HOST) result = call_host(vm, pc, next, (s32)o.x);
    if (result != PVM_RUNNING) return result;
    if ((vm->trace != 0) != traced && count > 1) return GO_AGAIN;
  }
  return PVM_STEP;
}

#undef A
#undef B
#undef D
#undef X
#undef Y
