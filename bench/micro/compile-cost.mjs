// What compiling costs altogether, with V8's background compilers. It is the processor time of all threads of a process that runs a
// program made to be expensive, until nothing is left to do, beside the same process that only interprets. Both are measured in turn,
// so the machine need not be quiet.
//   node bench/micro/compile-cost.mjs [--only NAME] [--rounds 1]
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const lines = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join('\n')

/** Name, text, gas. */
const BOMBS = [
  [
    '1,500 loops, each run 40 turns',
    `@again:\n${lines(1500, i => `load_imm r2, 40\nfallthrough\n@l${i}:\nadd_imm_64 r3, r3, ${i & 63}\nadd_imm_64 r2, r2, -1\nbranch_ne_imm r2, 0, @l${i}`)}\njump @again`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    'one function of 1,500 loops over memory',
    `load_imm r4, 0x20000\nfallthrough\n@again:\n${lines(1500, i => `load_imm r2, 40\nmove_reg r5, r4\nfallthrough\n@l${i}:\nload_ind_u64 r6, [r5]\nstore_ind_u64 [r5 + 8], r6\nadd_imm_64 r5, r5, 8\nadd_imm_64 r2, r2, -1\nbranch_ne_imm r2, 0, @l${i}`)}\njump @again`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    'a block of 20,000 stores',
    `load_imm r4, 0x20000\nfallthrough\n@again:\n${lines(20_000, i => `store_ind_u${[8, 16, 32, 64][i & 3]} [r4 + ${(8 * i) % 4000}], r${i % 4}`)}\njump @again`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    'a block of 20,000 additions',
    `@again:\n${lines(20_000, i => `add_64 r${i % 12}, r${(i * 7) % 12}, r${(i * 5) % 12}`)}\njump @again`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    '5,000 functions that call each other',
    `load_imm r9, 0\nfallthrough\n@again:\nload_imm_jump r0, &r, @f0\n@r: jump @again\n${lines(5000, i => `@f${i}: add_imm_64 r7, r7, ${i & 63}\nxor r8, r8, r7\njump ${i === 4999 ? '@out' : `@f${i + 1}`}`)}\n@out: jump_ind r0`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    'jumps from everywhere to everywhere',
    `${lines(3000, i => `@b${i}: add_imm_64 r7, r7, ${(i * 37) % 100}\nand_imm r8, r7, ${1 + (i % 15)}\nbranch_ne_imm r8, ${i % 8}, @b${(i * 7919) % 3000}`)}\njump @b0`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    'a jump table of 5,000 entries',
    `@loop:\nadd_imm_64 r7, r7, 2\nand_imm r7, r7, 0x1ffe\njump_ind r7 + 2\n${lines(5000, i => `@t${i}: xor_imm r8, r8, ${i}\njump @loop`)}\n.jump_table ${Array.from({ length: 5000 }, (_, i) => `@t${(i * 7919) % 5000}`).join(', ')}`,
    Number(process.env.GAS ?? 20_000_000),
  ],
  [
    '1,500 divisions and products in a block',
    `@again:\n${lines(1500, i => `${['div_u_64', 'rem_s_64', 'mul_upper_s_s', 'mul_upper_u_u'][i & 3]} r${i % 12}, r${(i * 7) % 12}, r${(i * 5) % 12}`)}\njump @again`,
    Number(process.env.GAS ?? 20_000_000),
  ],
]

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string', default: '1' }, child: { type: 'string' } },
})

if (options.child !== undefined) {
  const { assemble, createEngine, loadProgram } = await import('../../dist/lib/index.js')
  const [kind, number] = options.child.split(':')
  const [, text, gas] = BOMBS[Number(number)]
  const { bytes } = assemble(`.format raw\n${text}`)
  const program = loadProgram(bytes, { kind: 'raw' })
  const { cpuUsage } = process
  const before = cpuUsage()
  const vm = createEngine({ kind }).instantiate(program, {
    gas: BigInt(gas),
    pages: [{ address: 0x20000, length: 0x10000, access: 3 }],
  })
  const at = performance.now()
  vm.run()
  const wall = performance.now() - at
  const { stats } = vm
  // The background goes on: until nothing has been used for a while.
  for (let idle = 0; idle < 4; ) {
    const { user, system } = cpuUsage()
    await new Promise(resolve => setTimeout(resolve, 50))
    const now = cpuUsage()
    idle = now.user + now.system - user - system < 5000 ? idle + 1 : 0
  }
  const { user, system } = cpuUsage(before)
  console.log(
    JSON.stringify({
      cpu: (user + system) / 1000,
      wall,
      code: program.code.length,
      wasm: stats?.bytes ?? 0,
      modules: stats?.modules ?? 0,
    }),
  )
} else {
  console.log(
    `${'program'.padEnd(44)} ${'code'.padStart(7)} ${'interp.'.padStart(9)} ${'auto'.padStart(9)} ${'wall'.padStart(7)} ${'more per KB'.padStart(12)} ${'wasm'.padStart(9)}`,
  )
  for (const [number, [name]] of BOMBS.entries()) {
    if (options.only !== undefined && !name.includes(options.only)) continue
    const best = {}
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const kind of ['interpreter', 'auto', 'recompiler']) {
        const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, '--child', `${kind}:${number}`], {
          encoding: 'utf8',
          timeout: 300_000,
        })
        if (stdout === '') throw new Error(stderr)
        const found = JSON.parse(stdout)
        if (best[kind] === undefined || found.cpu < best[kind].cpu) best[kind] = found
      }
    }
    const { interpreter, auto, recompiler } = best
    const kb = auto.code / 1024
    const row = [
      auto.code,
      interpreter.cpu.toFixed(0),
      auto.cpu.toFixed(0),
      auto.wall.toFixed(0),
      ((auto.cpu - interpreter.cpu) / kb).toFixed(1),
      auto.wasm,
    ]
    const more = [recompiler.cpu.toFixed(0), ((recompiler.cpu - interpreter.cpu) / kb).toFixed(1), recompiler.wasm]
    console.log(
      `${name.padEnd(44)} ${row.map((text, i) => String(text).padStart([7, 9, 9, 7, 12, 9][i])).join(' ')}   recompiler ${more.join(' ')}`,
    )
  }
}
