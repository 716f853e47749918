/* What the library has beside the machine: prices of host calls, leaving callbacks, parts, names, start. Prints what is not as
 * it should be, and then exits with 1. Files are compared in files.c, trace lines in runner.c. */
#include "../../core/pvm.h"
#include "check.h"

#include <setjmp.h>
#include <string.h>

/* ecalli 1; ecalli 300; fallthrough; trap */
static const uint8_t code[] = {10, 1, 10, 44, 1, 1, 0};
static const uint8_t mask[] = {0x65};

static pvm *create(void) {
  pvm_problem problem = {0, 0, 0};
  pvm *vm = pvm_create_parts(5, code, sizeof code, mask, 0, 0, 0, 0, 0, &problem);
  CHECK(vm != 0 && problem.code == 0 && vm->service == 5);
  return vm;
}

typedef struct {
  int calls;
  int32_t last, answer;
  int64_t take, set;
  jmp_buf *out;
} log;

static int32_t host(pvm *vm, int32_t index, void *user) {
  log *l = user;
  l->calls += 1;
  l->last = index;
  if (l->take > 0) pvm_charge_gas(vm, (uint64_t)l->take);
  if (l->set != 0) pvm_set_gas(vm, l->set);
  if (l->out != 0) longjmp(*l->out, 1);
  return l->answer;
}

static uint64_t price(pvm *vm, int32_t index, void *user) {
  CHECK(pvm_instruction_at(vm, pvm_get_pc(vm)) == pvm_instruction_at(vm, 0)); /* pc is at the ecalli */
  return (uint64_t)index * *(uint64_t *)user;
}

static void prices(void) {
  static const uint64_t table[] = {1, 10};
  log l = {0, 0, PVM_HOST_CONTINUE, 0, 0, 0};
  pvm *vm = create();
  pvm_set_host_callback(vm, host, &l);
  CHECK(pvm_set_host_prices(vm, table, 2, 100) == PVM_OK);
  pvm_set_gas(vm, 1000);
  CHECK(pvm_execute(vm, 0, 0) == PVM_PANIC && pvm_get_gas(vm) == 1000 - 10 - 100 - 4 && l.calls == 2 && l.last == 300);

  /* Too little for the second call: at the ecalli, which is paid; then the call is made, and the ecalli not paid again. */
  pvm_set_gas(vm, 1 + 10 + 1 + 99);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_pc(vm) == 2 && pvm_get_gas(vm) == 0 && l.calls == 3);
  pvm_set_gas(vm, 100 + 2);
  CHECK(pvm_resume(vm) == PVM_PANIC && pvm_get_gas(vm) == 0 && l.calls == 4);
  pvm_set_gas(vm, 1 + 10 + 1);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_step(vm, 1) == PVM_OUT_OF_GAS && l.calls == 5);
  pvm_set_pc(vm, 5); /* elsewhere: nothing is owed */
  pvm_set_gas(vm, 2);
  CHECK(pvm_resume(vm) == PVM_PANIC && l.calls == 5);

  l.answer = PVM_HOST_EXIT; /* no such function: the price is given back */
  pvm_set_gas(vm, 50);
  CHECK(pvm_execute(vm, 0, 0) == PVM_HOST && vm->exit_arg == 1 && pvm_get_gas(vm) == 49);
  l.answer = PVM_HOST_CONTINUE;
  l.take = 1000; /* the call takes what is not there: out of gas behind it */
  pvm_set_gas(vm, 50);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_gas(vm) == 0 && pvm_get_pc(vm) == 2);
  l.set = 77; /* and then gives some */
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_gas(vm) == 0); /* the ecalli itself cannot be paid */
  pvm_set_gas(vm, 50);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_pc(vm) == 2 && l.last == 1); /* 77 do not pay 1 + 100 */
  l.take = 0;
  l.set = -1; /* less than nothing */
  pvm_set_gas(vm, 50);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_gas(vm) == 0 && pvm_get_pc(vm) == 2);

  l.set = 0;
  uint64_t factor = 3;
  pvm_set_price_callback(vm, price, &factor);
  pvm_set_gas(vm, 2000);
  CHECK(pvm_execute(vm, 0, 0) == PVM_PANIC && pvm_get_gas(vm) == 2000 - 3 - 900 - 4);
  factor = UINT64_MAX;
  pvm_set_gas(vm, INT64_MAX);
  CHECK(pvm_execute(vm, 0, 0) == PVM_OUT_OF_GAS && pvm_get_pc(vm) == 0 && pvm_get_gas(vm) == 0);
  CHECK(pvm_set_host_prices(vm, 0, 3, 0) == PVM_BAD && pvm_set_host_prices(0, 0, 0, 0) == PVM_BAD);
  pvm_set_price_callback(0, price, 0);
  pvm_destroy(vm);
}

/* A callback that never returns: longjmp, or an exception in C++. */
static void leaving(void) {
  jmp_buf out;
  log l = {0, 0, PVM_HOST_CONTINUE, 0, 0, &out};
  pvm *vm = create();
  pvm_set_host_callback(vm, host, &l);
  pvm_set_gas(vm, 100);
  if (setjmp(out) == 0) {
    pvm_execute(vm, 0, 0);
    CHECK(0);
  }
  CHECK(pvm_resume(vm) == PVM_BUSY && pvm_reset(vm) == PVM_BUSY);
  pvm_abandon(vm);
  CHECK(vm->exit == PVM_BREAK && pvm_get_pc(vm) == 2 && pvm_get_gas(vm) == 99);
  pvm_abandon(vm); /* nothing to abandon */
  pvm_abandon(0);
  l.out = 0;
  CHECK(pvm_resume(vm) == PVM_PANIC && l.calls == 2 && l.last == 300);
  for (int32_t answer = PVM_HOST_STOPPED; answer <= PVM_HOST_STOPPED + 8; answer++) { /* exits a host may choose */
    l.answer = answer;
    pvm_set_gas(vm, 100);
    int exit = answer - PVM_HOST_STOPPED <= PVM_BREAK ? answer - PVM_HOST_STOPPED : PVM_PANIC;
    CHECK(pvm_execute(vm, 0, 0) == exit);
    pvm_set_gas(vm, 100);
    pvm_set_pc(vm, 0);
    CHECK(pvm_step(vm, 2) == exit);
  }
  pvm_destroy(vm);
}

static void parts(void) {
  pvm_problem p = {0, 0, 0};
  uint64_t regs[13] = {7};
  uint32_t table[] = {0, 5, UINT32_MAX};
  CHECK(pvm_create_parts(0, 0, 7, mask, 0, 0, 0, 0, 0, &p) == 0 && strcmp(p.code, "bad-argument") == 0);
  CHECK(pvm_create_parts(0, code, 7, 0, 0, 0, 0, 0, 0, 0) == 0 && pvm_create_parts(0, code, 7, mask, 0, 1, 0, 0, 0, 0) == 0);
  CHECK(pvm_create_parts(0, code, 7, mask, 0, 0, 0, 13, 0, 0) == 0 && pvm_create_parts(0, code, 7, mask, 0, 0, regs, 14, 0, 0) == 0);
  static const uint8_t padded[] = {0xE5};
  CHECK(pvm_create_parts(0, code, 7, padded, 0, 0, 0, 0, 0, &p) == 0 && strcmp(p.code, "bad-bitmask") == 0 && p.offset == 0);
  CHECK(pvm_create_parts(0, code, UINT32_MAX, mask, 0, 0, 0, 0, 0, &p) == 0 && strcmp(p.code, "length-too-large") == 0);
  pvm *vm = pvm_create_parts(1, code, 7, mask, table, 3, regs, 13, 5, &p);
  CHECK(vm != 0 && vm->jump_len == 3 && vm->regs[0] == 7 && pvm_get_pc(vm) == 5);
  pvm_destroy(vm);
  pvm *empty = pvm_create_parts(0, 0, 0, 0, 0, 0, 0, 0, 0, &p);
  CHECK(empty != 0 && pvm_execute(empty, 0, 0) == PVM_OUT_OF_GAS);
  pvm_destroy(empty);

  pvm_file file = {0};
  CHECK(pvm_create_program(0, 0, &p) == 0 && pvm_create_program(0, &file, &p) == 0 && pvm_start(0, &file, 0, 0, 0) == PVM_BAD);
  CHECK(pvm_parse(0, 0, 0, &file, &p) == PVM_BAD && pvm_parse(code, 0, 0, 0, 0) == PVM_BAD && pvm_parse(code, 0, 5, &file, 0) == PVM_BAD);
  static const uint8_t blob[] = {0, 0, 1, 0, 1};
  CHECK(pvm_parse(blob, sizeof blob, PVM_KIND_ANY, &file, 0) == PVM_OK && file.kind == PVM_KIND_RAW);
  vm = pvm_create_program(0, &file, 0);
  CHECK(pvm_start(vm, 0, 0, 0, 0) == PVM_BAD && pvm_start(vm, &file, 0, code, 1) == PVM_BAD && pvm_start(vm, &file, 0, 0, 1) == PVM_BAD);
  CHECK(pvm_start(vm, &file, 0, 0, 0) == PVM_OK && pvm_set_rules(vm, "gp-0.8.0") == PVM_OK && vm->gas_model == PVM_GAS_PIPELINE);
  CHECK(pvm_set_rules(vm, "gp-0.8") == PVM_BAD && pvm_set_rules(vm, "gp-0.8.0x") == PVM_BAD && pvm_set_rules(vm, 0) == PVM_BAD);
  pvm_bytes name;
  uint32_t pc;
  CHECK(pvm_import(&file, 0, &name) == PVM_BAD && pvm_export(&file, 0, &name, &pc) == PVM_BAD && pvm_find_export(&file, "", &pc) == PVM_BAD);
  CHECK(pvm_import(0, 0, 0) == PVM_BAD && pvm_export(0, 0, 0, 0) == PVM_BAD && pvm_find_export(0, 0, 0) == PVM_BAD);
  pvm_destroy(vm);
}

static void names(void) {
  CHECK(strcmp(pvm_version(), PVM_VERSION) == 0);
  CHECK(strcmp(pvm_exit_name(PVM_OUT_OF_GAS), "out-of-gas") == 0 && pvm_exit_name(-1) == 0 && pvm_exit_name(99) == 0);
  CHECK(strcmp(pvm_host_call_name(1, PVM_SET_GP_072), "fetch") == 0 && strcmp(pvm_host_call_name(1, PVM_SET_GP_080), "grow_heap") == 0);
  CHECK(pvm_host_call_name(99, 0) == 0 && pvm_host_call_name(-1, 0) == 0 && pvm_host_call_name(0, 2) == 0);
  pvm *vm = create();
  CHECK(strcmp(pvm_instruction_name(pvm_instruction_at(vm, 2)), "ecalli") == 0 && pvm_instruction_name(UINT32_MAX) == 0);
  CHECK(strcmp(pvm_instruction_name(pvm_instruction_at(vm, 1)), "trap") == 0 && pvm_instruction_at(vm, UINT32_MAX) == pvm_instruction_at(0, 0));
  pvm_destroy(vm);
  CHECK(pvm_format_event(0, 0, 0) == 0);
}

int main(void) {
  prices();
  leaving();
  parts();
  names();
  return failures != 0;
}
