// Guests that a deadline has to stop, too long to be written out. Not the measurement: micro/deadline.mjs.

/** A loop that calls so many functions, each once a turn. */
export function manyFunctions(count) {
  const numbers = Array.from({ length: count }, (_, i) => i)
  const calls = numbers.map(i => `load_imm_jump r0, &back${i}, @f${i}\n@back${i}:`).join('\n')
  const bodies = numbers.map(i => `@f${i}:\nadd_imm_64 r7, r7, ${i}\nxor r8, r8, r7\nmul_64 r9, r9, r8\njump_ind r0`)
  return `fallthrough\n@loop:\n${calls}\njump @loop\n${bodies.join('\n')}`
}
