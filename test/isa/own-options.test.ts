// Options are what the caller gave: a polluted Object.prototype gives none. In a process of its own, so that nothing else sees
// the pollution.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Names of options and values that would change a run, or make it fail, if they were read. */
const POLLUTION = {
  kind: 'reference',
  host: { entry: () => ({ name: 'evil', price: 0n, call: () => 0 }) },
  hostErrors: 'panic',
  gas: 1n,
  entry: 3,
  args: new Uint8Array([9]),
  regs: [1n, 2n, 3n],
  pages: [{ address: 0x20000, length: 4096, access: 3 }],
  memory: [{ address: 0, bytes: new Uint8Array(1) }],
  heap: { start: 0, limit: 1 },
  profile: 'gp-0.8.0',
  instructionSet: 'gp-0.8.0',
  format: 'jam',
  names: new Map([[0, 'evil']]),
  from: 3,
  to: 4,
  bytes: true,
  note: () => 'evil',
  before: () => ['evil'],
  unknown: 'exit',
  price: 99n,
  service: 7,
  inputs: [new Uint8Array(1)],
  storage: new Map([['00', new Uint8Array(1)]]),
  preimages: new Map(),
  gratis: 1n,
  balance: 1n,
  onLog: () => {
    throw new Error('evil')
  },
  engine: 'reference',
}

/** What a caller who gives no options sees. */
const SCRIPT = `
import * as coulis from '${ROOT}/src/index.ts'
import * as host from '${ROOT}/src/host/index.ts'
const TEXT = 'ecalli 7\\nadd_imm_64 r7, r7, 1\\njump_ind r0'
function see() {
  const seen = []
  const { bytes, kind } = coulis.assemble(TEXT)
  const program = coulis.loadProgram(bytes)
  seen.push(kind, program.profile.name, program.instructionSet.name, coulis.disassemble(program), coulis.formatListing(program))
  const engine = coulis.createEngine()
  seen.push(engine.kind)
  for (const kind of coulis.ENGINE_KINDS) {
    const vm = coulis.createEngine({ kind }).instantiate(program, { gas: 100n, regs: [0xffff0000n] })
    seen.push(vm.run(), vm.pc, vm.gas, vm.regs.join(), vm.memory.pages().length, vm.heapEnd)
    vm.reset()
    seen.push(vm.gas, vm.pc, vm.regs.join())
    try { vm.run() } catch (error) { seen.push(String(error)) }
  }
  const table = host.createHost({ 7: { call: vm => { vm.regs[7] = 41n; return coulis.HostAction.Continue } } }, { profile: 'gp-0.7.2' })
  seen.push(table.version, table.entry(7).price, table.entry(8)?.name)
  seen.push(host.createHost({}).version, [...host.createJamStub().storage.keys()].length)
  const timeline = coulis.renderTimeline(coulis.pipelineTimeline(coulis.loadProgram(bytes, { profile: 'gp-0.8.0' }), 0))
  seen.push(timeline, Object.values(host.invokeProgram(bytes)).join())
  return JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? String(value) : value))
}
const before = see()
for (const [name, value] of Object.entries(POLLUTION())) {
  Object.prototype[name] = value
  let after
  try {
    after = see()
  } catch (error) {
    after = String(error)
  }
  delete Object.prototype[name]
  if (after !== before) console.log(name + ': ' + after)
}
console.log(before.length > 500 ? 'done' : before)
function POLLUTION() {
  return POLLUTED
}
`

/** The pollution as source text. */
function literal(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `new Uint8Array([${value}])`
  if (value instanceof Map) return `new Map([${[...value].map(pair => literal(pair))}])`
  if (Array.isArray(value)) return `[${value.map(literal)}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([name, entry]) => `${name}: ${literal(entry)}`)}}`
  }
  return typeof value === 'function' ? `(${value})` : JSON.stringify(value)
}

it('what Object.prototype was given is no option', async () => {
  const outfile = join(mkdtempSync(join(tmpdir(), 'coulis-own-')), 'see.mjs')
  const contents = SCRIPT.replace('POLLUTED', () => literal(POLLUTION))
  await build({ stdin: { contents, resolveDir: ROOT }, outfile, bundle: true, format: 'esm', platform: 'node' })
  const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
  expect(stdout + stderr).toBe('done\n')
})
