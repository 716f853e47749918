/* The names of exits, instructions and host calls, and trace events as text. The names are generated, in names.gen.h. */
#include "../machine/vm.h"

#if !WASM
#include "names.gen.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const char *pvm_version(void) { return PVM_VERSION; }

const char *pvm_exit_name(int32_t exit) { return (u32)exit < LENGTH(exit_names) ? exit_names[exit] : 0; }

const char *pvm_instruction_name(uint32_t id) { return id < LENGTH(instruction_names) ? instruction_names[id].name : 0; }

uint32_t pvm_instruction_at(const pvm *vm, uint32_t pc) {
  return vm != 0 && pc < vm->code_len && pvm_is_instruction(vm, pc) ? pvm_id_at(vm, pc) : (u32)OP_TRAP;
}

const char *pvm_host_call_name(int32_t index, uint32_t set) {
  if (set > PVM_SET_GP_080 || index < 0) return 0;
  for (size_t i = 0; i < LENGTH(host_call_names); i++) {
    if (host_call_names[i].number[set] == index) return host_call_names[i].name;
  }
  return 0;
}

/* ---- a trace event as a line ---- */

/* A text in a buffer of limited size. It also counts the characters that did not fit. */
typedef struct {
  char *at;
  size_t size, length;
} line;

CORE void put_char(line *out, char c) {
  if (out->length + 1 < out->size) out->at[out->length] = c;
  out->length += 1;
}

CORE void say_text(line *out, const char *text) {
  for (; *text != 0; text++) put_char(out, *text);
}

CORE void say_number(line *out, u64 value, u32 base) {
  char digits[20];
  u32 count = 0;
  do digits[count++] = "0123456789abcdef"[value % base];
  while ((value /= base) != 0);
  while (count > 0) put_char(out, digits[--count]);
}

CORE void say_hex(line *out, u64 value) {
  say_text(out, "0x");
  say_number(out, value, 16);
}

/* Writes a number as assembly text has it: small ones decimal, others hexadecimal. */
CORE void say_magnitude(line *out, u64 value) {
  if (value < 10000) say_number(out, value, 10);
  else say_hex(out, value);
}

CORE void say_signed(line *out, s64 value, void (*magnitude)(line *, u64)) {
  if (value < 0) put_char(out, '-');
  magnitude(out, value < 0 ? 0 - (u64)value : (u64)value);
}

CORE void say_decimal(line *out, u64 value) { say_number(out, value, 10); }

/* Writes blanks until there are `width` characters behind `start`. */
CORE void pad_to(line *out, size_t start, size_t width) {
  while (out->length < start + width) put_char(out, ' ');
}

CORE void say_register(line *out, u32 number) {
  put_char(out, 'r');
  say_number(out, number, 10);
}

/* Writes an immediate that is an address, or that is added to a register to make one. */
CORE void say_offset(line *out, s64 offset, int behind_register) {
  if (!behind_register) {
    say_hex(out, (u32)offset);
  } else if (offset != 0) {
    say_text(out, offset < 0 ? " - " : " + ");
    say_magnitude(out, offset < 0 ? 0 - (u64)offset : (u64)offset);
  }
}

/* Writes the operands by the template of the instruction. Its letters stand for operands, everything else for itself. */
CORE void say_operands(line *out, const pvm_event *event, const char *shape) {
  int in_address = 0, based = 0;
  for (const char *at = shape; *at != 0; at++) {
    switch (*at) {
      case 'A':
      case 'B':
      case 'D':
        say_register(out, *at == 'A' ? event->a : *at == 'B' ? event->b : event->d);
        based = 1;
        break;
      case 'X':
      case 'Y': {
        s64 value = (s64)(*at == 'X' ? event->x : event->y);
        if (in_address) say_offset(out, value, based);
        else if (event->id == OP_LOAD_IMM_64) say_magnitude(out, (u64)value);
        else say_signed(out, value, say_magnitude);
        break;
      }
      case 'T':
        say_signed(out, event->target, say_decimal);
        break;
      case ' ':
        if (at[1] == '+') { /* "A + X": the address of a jump, which has no brackets */
          in_address = 1;
          at += 2; /* say_offset writes the sign, or nothing for 0 */
        } else {
          put_char(out, ' ');
        }
        break;
      case ',':
        in_address = based = 0;
        put_char(out, ',');
        break;
      default:
        if (*at == '[') in_address = 1, based = 0;
        if (*at == ']') in_address = based = 0;
        put_char(out, *at);
    }
  }
}

CORE void say_effects(line *out, const pvm_event *event) {
  if (event->reg >= 0) {
    say_register(out, (u32)event->reg);
    put_char(out, ' ');
    say_hex(out, event->before);
    say_text(out, " -> ");
    say_hex(out, event->after);
  }
  if (event->access == PVM_ACCESS_NONE) return;
  if (event->reg >= 0) say_text(out, "  ");
  put_char(out, 'u');
  say_number(out, event->width * 8, 10);
  say_text(out, " [");
  say_hex(out, event->address);
  say_text(out, event->access == PVM_ACCESS_STORE ? "] <- " : "] -> ");
  say_hex(out, event->value);
}

size_t pvm_format_event(const pvm_event *event, char *text, size_t size) {
  if (event == 0 || event->id >= LENGTH(instruction_names)) return 0;
  line out = {text, text == 0 ? 0 : size, 0};
  char digits[16];
  line pc = {digits, sizeof digits, 0};
  say_number(&pc, event->pc, 10);
  for (size_t i = pc.length; i < 7; i++) put_char(&out, ' ');
  say_number(&out, event->pc, 10);
  say_text(&out, "  ");
  size_t start = out.length;
  say_text(&out, instruction_names[event->id].name);
  if (instruction_names[event->id].operands[0] != 0) {
    put_char(&out, ' ');
    say_operands(&out, event, instruction_names[event->id].operands);
  }
  pad_to(&out, start, 38);
  say_text(&out, "  gas ");
  start = out.length;
  say_signed(&out, event->gas_after, say_decimal);
  if (event->reg >= 0 || event->access != PVM_ACCESS_NONE) {
    pad_to(&out, start, 10);
    say_text(&out, "  ");
    say_effects(&out, event);
  }
  if (out.size > 0) out.at[out.length < out.size ? out.length : out.size - 1] = 0;
  return out.length;
}

#endif
