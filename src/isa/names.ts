// The names that PolkaVM has for instructions, and those of the Gray Paper for the same. The table has only the latter.

/** Rules in order; each replaces a word or a run of words between underscores. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^load_imm64$/, 'load_imm_64'],
  [/_and_jump/, '_jump'],
  [/indirect/, 'ind'],
  [/shift_logical_left/, 'shlo_l'],
  [/shift_logical_right/, 'shlo_r'],
  [/shift_arithmetic_right/, 'shar_r'],
  [/^rotate_(left|right)_imm(_alt)?_(32|64)$/, 'rotate_$1_$3_imm$2'],
  [/rotate_left/, 'rot_l'],
  [/rotate_right/, 'rot_r'],
  [/negate_and_add/, 'neg_add'],
  [/less_or_equal/, 'le'],
  [/greater_or_equal/, 'ge'],
  [/less_than|less/, 'lt'],
  [/greater_than|greater/, 'gt'],
  [/not_eq/, 'ne'],
  [/cmov_if_zero/, 'cmov_iz'],
  [/cmov_if_not_zero/, 'cmov_nz'],
  [/^count_(leading|trailing)_/, '$1_'],
  [/reverse_byte$/, 'reverse_bytes'],
  [/maximum/, 'max'],
  [/minimum/, 'min'],
  [/inverted/, 'inv'],
  [/unsigned/g, 'u'],
  [/signed/g, 's'],
]

/** The Gray Paper's name for a PolkaVM name; other names come back as they are. */
export function grayPaperName(name: string): string {
  return RULES.reduce((text, [pattern, word]) => text.replace(pattern, word), name)
}
