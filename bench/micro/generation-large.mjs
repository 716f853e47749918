// The same as generation.mjs for a program as large as doom: 170,000 instructions in 2,700 functions.

import { coulis } from '../lib/figure.mjs'
import { report } from '../lib/generation.mjs'

/** Functions with a loop, two branches, memory and a call each. Only ever compiled, so what it computes is no matter. */
function large() {
  const lines = ['.rw_size 65536', '.stack 65536', '.code', '    jump @f0']
  for (let f = 0; f < 2700; f++) {
    lines.push(
      `@f${f}:`,
      'add_imm_64 sp, sp, -16',
      'store_ind_u64 [sp + 8], ra',
      `load_imm t0, ${f % 17}`,
      'fallthrough',
    )
    lines.push(`@l${f}:`)
    for (let i = 0; i < 8; i++) {
      const offset = 8 * ((f * 7 + i * 13) % 512)
      lines.push(`load_ind_u64 t1, [a0 + ${offset}]`, `mul_imm_64 t1, t1, ${f * 31 + i + 3}`, 'xor a1, a1, t1')
      lines.push(`store_ind_u64 [a0 + ${offset}], a1`, 'rot_r_64_imm a2, a1, 13', 'add_64 a3, a3, a2')
    }
    lines.push(`branch_lt_u a3, a1, @s${f}`, 'add_imm_64 a3, a3, 1', 'fallthrough', `@s${f}:`)
    lines.push('add_imm_64 t0, t0, -1', `branch_ne_imm t0, 0, @l${f}`, `load_imm_jump ra, &r${f}, @f${(f + 1) % 2700}`)
    lines.push(`@r${f}:`, 'load_ind_u64 ra, [sp + 8]', 'add_imm_64 sp, sp, 16', 'jump_ind ra')
  }
  return coulis.assemble(lines.join('\n')).bytes
}

report('doom-sized program', large(), 3, { goal: 400 })
