// The dearest things a guest can do, in nanoseconds per gas, and what it can make the host hold, in bytes: the table of SECURITY.md.
//   node bench/micro/worst-cases.mjs [--only TEXT] [--rounds 5] [--write]     --write renews bench/results/worst-cases.json and SECURITY.md
// The best of some rounds, engines in turn. A disturbed machine makes all of it slower; the orders of magnitude are what it is for.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '../..')
const dist = process.env.COULIS_DIST ?? join(root, 'dist')
const { Access, assemble, createEngine, loadProgram } = await import(`${dist}/lib/index.js`)
const { createHost, createInnerMachines } = await import(`${dist}/lib/host.js`)
const { values: options } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' }, write: { type: 'boolean' } },
})

/** What a child process of its own measures: engine, bytes of code. Code of one-byte instructions, then a loop that gets hot. */
async function codeMemory(kind, size) {
  const { bytes } = assemble('.format raw\nload_imm r3, 1\nfallthrough\n@loop:\nadd_imm_64 r3, r3, 1\njump @loop')
  const { code, bitmask } = loadProgram(bytes, { kind: 'raw' })
  const whole = new Uint8Array(size + code.length).fill(1)
  whole.set(code, size)
  const mask = new Uint8Array(Math.ceil(whole.length / 8)).fill(255)
  const clear = pc => {
    mask[pc >> 3] &= ~(1 << (pc & 7))
  }
  for (let pc = 0; pc < code.length; pc++) if (((bitmask[pc >> 3] >> (pc & 7)) & 1) === 0) clear(size + pc)
  for (let pc = whole.length; pc < 8 * mask.length; pc++) clear(pc)
  const n = whole.length // from 2^14 to 2^28: three or four bytes (GP C.6)
  const low = [n & 255, (n >> 8) & 255]
  const length = n < 2 ** 21 ? [0xc0 | (n >> 16), ...low] : [0xe0 | (n >> 24), ...low, (n >> 16) & 255]
  const engine = createEngine({ kind })
  engine.instantiate(loadProgram(bytes, { kind: 'raw' }), { gas: 5_000_000n }).run() // what the engine itself takes
  const blob = Buffer.concat([Uint8Array.of(0, 0, ...length), whole, mask])
  const before = process.resourceUsage().maxRSS
  const vm = engine.instantiate(loadProgram(blob, { kind: 'raw' }), { gas: 300_000_000n, entry: 0 })
  vm.run()
  await new Promise(resolve => setTimeout(resolve, 500)) // what the runtime compiles in the background
  return (1024 * (process.resourceUsage().maxRSS - before)) / size
}

if (process.env.COULIS_CODE_MEMORY !== undefined) {
  const [kind, size] = process.env.COULIS_CODE_MEMORY.split(',')
  console.log(await codeMemory(kind, Number(size)))
  process.exit()
}

const perByte = (kind, size) =>
  Number(
    execFileSync(process.execPath, [import.meta.filename], {
      env: { ...process.env, COULIS_CODE_MEMORY: `${kind},${size}` },
      encoding: 'utf8',
    }),
  )

const loop = body => `.format raw\n    fallthrough\n@loop:\n${body}\n    jump @loop`
const INNER = Uint8Array.of(0, 0, 1, 0, 1)
/** Registers r7 and on before a call. */
const call = (index, ...args) => `${args.map((value, i) => `load_imm r${7 + i}, ${value}`).join('\n')}\necalli ${index}`
const grow = n => Array.from({ length: n }, () => 'sbrk r4, r5\nstore_ind_u8 [r4], r5').join('\n')

/** What, how: text, gas; `regs`, and pages beside those at 0x20000. */
const CASES = [
  ['additions', loop('add_64 r2, r3, r4\n'.repeat(8)), 40e6],
  ['divisions of 64 bits', loop('rem_s_64 r2, r3, r4\n'.repeat(8)), 10e6, { regs: { 3: 2n ** 62n, 4: 3n } }],
  ['upper products', loop('mul_upper_s_s r2, r3, r4\n'.repeat(8)), 10e6, { regs: { 3: 2n ** 62n, 4: 3n ** 39n } }],
  [
    'branches, each a block',
    loop(Array.from({ length: 8 }, (_, i) => `branch_eq_imm r2, 1, @b${i}\n@b${i}:`).join('\n')),
    20e6,
  ],
  ['aligned loads', loop('load_ind_u64 r2, [r3]\n'.repeat(8)), 20e6, { regs: { 3: 0x20000n } }],
  ['misaligned loads', loop('load_ind_u64 r2, [r3 + 1]\n'.repeat(8)), 10e6, { regs: { 3: 0x20000n } }],
  ['loads across a page end', loop('load_ind_u64 r2, [r3 + 4093]\n'.repeat(8)), 5e6, { regs: { 3: 0x20000n } }],
  ['stores beyond the window', loop('store_ind_u64 [r3], r2\n'.repeat(8)), 5e6, { regs: { 3: 0x80000000n } }],
  ['sbrk of nothing', loop('sbrk r2, r3\n'.repeat(8)), 5e6],
  ['fresh pages: sbrk of a page and a store', loop(grow(4)), 60_000, { regs: { 5: 4096n }, heap: true }],
  ['host calls that do nothing', loop('ecalli 99\n'.repeat(8)), 4e6],
  [
    'pages of an inner machine, all of them (0.7.2: 10 gas)',
    loop(`${call(11, 0, 16, 1048558, 2)}\n${call(11, 0, 16, 1048558, 1)}`),
    100_000,
    { inner: true },
  ],
  [
    'poke and peek of 4,096 bytes (0.7.2: 10 gas)',
    loop(`${call(10, 0, '0x20000', '0x30000', 4096)}\n${call(9, 0, '0x21000', '0x30000', 4096)}`),
    200_000,
    { inner: true },
  ],
  ['invoke of an inner machine that traps (0.7.2: 10 gas)', loop(call(12, 0, '0x22000')), 200_000, { inner: true }],
  [
    'invoke of eight in turn (0.7.2: 10 gas)',
    loop(Array.from({ length: 8 }, (_, i) => call(12, i, '0x22000')).join('\n')),
    100_000,
    { inner: true },
  ],
]

function measure([, text, gas, { regs = {}, heap = false, inner = false } = {}], kind) {
  const program = loadProgram(assemble(text).bytes, { kind: 'raw' })
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < Number(options.rounds); round++) {
    const machines = createInnerMachines({ kind })
    const vm = createEngine({ kind }).instantiate(program, {
      gas: BigInt(gas),
      regs: Array.from({ length: 13 }, (_, i) => regs[i] ?? 0n),
      host: createHost({ ...machines.handlers }, { profile: 'gp-0.7.2', unknown: () => {} }),
      pages: [
        { address: 0x20000, length: 0x3000, access: Access.Write },
        { address: 0x80000000, length: 0x1000, access: Access.Write },
      ],
      ...(heap ? { heap: { start: 0x40000, limit: 0x10000000 } } : {}),
    })
    vm.memory.load(0x20000, INNER)
    if (inner) {
      for (let n = 0; n < 8; n++) {
        vm.regs.set([0x20000n, BigInt(INNER.length), 0n], 7)
        machines.handlers.machine(vm, 8)
        vm.regs.set([BigInt(n), 16n, 64n, 2n], 7)
        machines.handlers.pages(vm, 11)
      }
      vm.memory.writeU64(0x22000, 100n)
    }
    const start = performance.now()
    vm.run()
    const ms = performance.now() - start
    best = Math.min(best, (1e6 * ms) / Number(vm.gasUsed))
    vm.dispose()
    machines.dispose()
  }
  return best
}

const figure = ns => (ns >= 100 ? Math.round(ns).toLocaleString('en') : ns.toFixed(1))
const rows = []
for (const one of CASES) {
  if (options.only !== undefined && !one[0].includes(options.only)) continue
  const row = { what: one[0], interpreter: measure(one, 'interpreter'), auto: measure(one, 'auto') }
  rows.push(row)
  console.log(`${row.what.padEnd(56)} ${figure(row.interpreter).padStart(9)} ${figure(row.auto).padStart(9)}`)
}

const memory = []
for (const [what, size] of [
  ['code of 100 KB', 100_000],
  ['code of 1 MB, the most that is compiled', 1_040_000],
  ['code of 4 MB', 4_000_000],
  ['code of 20 MB', 20_000_000],
]) {
  if (options.only !== undefined && !what.includes(options.only)) continue
  const row = { what, interpreter: perByte('interpreter', size), auto: perByte('auto', size) }
  memory.push(row)
  console.log(`${what.padEnd(56)} ${figure(row.interpreter).padStart(9)} ${figure(row.auto).padStart(9)}`)
}

if (options.write) {
  const results = join(root, 'bench/results/worst-cases.json')
  writeFileSync(
    results,
    `${JSON.stringify({ node: process.version, date: new Date().toISOString().slice(0, 10), rows, memory }, undefined, 2)}\n`,
  )
  const path = join(root, 'SECURITY.md')
  const [before, , after] = readFileSync(path, 'utf8').split(/<!-- worst cases[^>]*-->/)
  const table = [
    '| ns per gas | interpreter | auto |',
    '| --- | ---: | ---: |',
    ...rows.map(({ what, interpreter, auto }) => `| ${what} | ${figure(interpreter)} | ${figure(auto)} |`),
    '',
    'Bytes of memory for a byte of code, at most, where every byte is an instruction and all of them run, in a process of its own:',
    '',
    '| bytes per byte | interpreter | auto |',
    '| --- | ---: | ---: |',
    ...memory.map(({ what, interpreter, auto }) => `| ${what} | ${figure(interpreter)} | ${figure(auto)} |`),
  ].join('\n')
  const note = `Node ${process.version.slice(1)}, the best of ${options.rounds} rounds.`
  const mark = '<!-- worst cases: made by node bench/micro/worst-cases.mjs --write -->'
  writeFileSync(path, `${before}${mark}\n\n${note}\n\n${table}\n\n<!-- worst cases: end -->${after}`)
}
