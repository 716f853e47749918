// What an adapter costs: per host call and per machine, in the form its client uses, beside coulis' own interface and beside
// the client's own machines, all in turn in one process. What counts are the ratios.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cpuMs } from '../lib/clock.mjs'
import { engineKind, printFigure } from '../lib/figure.mjs'
import { DIST, ROOT } from '../lib/programs.mjs'

const entry = name => import(join(DIST, 'lib', `${name}.js`))
const { assemble, createEngine, Exit, loadProgram } = await entry('index')
const { createTypeberryPvm } = await entry('typeberry')
const { createAnanas } = await entry('ananas')
const { createTsjam } = await entry('tsjam')
const { DebuggerPvm } = await entry('debugger')

const CALLS = engineKind === 'reference' ? 2_000 : 20_000
const MACHINES = engineKind === 'reference' ? 20 : 60
const ROUNDS = 15

const PEERS = join(ROOT, 'test/compat/peers/node_modules')
const peer = path => import(pathToFileURL(join(PEERS, path)).href)
const havePeers = existsSync(join(PEERS, '@typeberry/lib'))

const loop = assemble(
  '.stack 4096\n@loop:\n ecalli 7\n add_imm_64 r12, r12, 1\n branch_lt_u_imm r12, 2000000000, @loop\n trap',
  { format: 'standard' },
).bytes
const jam = Uint8Array.of(0, ...loop)
const answer = Uint8Array.of(
  0,
  ...assemble('.rw\n.ascii "abc"\n.stack 8192\n.code\n load_imm r8, 3\n jump_ind r0', { format: 'standard' }).bytes,
)
const none = new Uint8Array(0)
const GAS = 10n ** 12n

/** A call reads three registers and writes one, takes gas, and looks where and for what it was. */
const seen = { pc: 0, index: 0 }

function ownCalls() {
  const vm = createEngine({ kind: engineKind }).instantiate(loadProgram(jam), { gas: GAS })
  return {
    run() {
      for (let i = 0; i < CALLS; i++) {
        if (vm.run() !== Exit.Host) throw new Error('no host call')
        seen.pc = vm.pc
        seen.index = vm.exitArg
        vm.chargeGas(10)
        const { regs } = vm
        regs[7] = regs[7] + regs[8] + regs[9]
      }
    },
  }
}

/** As typeberry's executor of host calls: one array for the whole run. */
function typeberryCalls(pvm) {
  pvm.resetJam(jam, none, 0, GAS)
  const raw = pvm.registers.getAllEncoded()
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return {
    run() {
      for (let i = 0; i < CALLS; i++) {
        pvm.runProgram()
        raw.set(pvm.registers.getAllEncoded())
        if (pvm.getStatus() !== 3) throw new Error('no host call')
        seen.pc = pvm.getPC()
        seen.index = pvm.getExitParam()
        pvm.gas.sub(10)
        const sum = view.getBigUint64(56, true) + view.getBigUint64(64, true) + view.getBigUint64(72, true)
        view.setBigUint64(56, BigInt.asUintN(64, sum), true)
        pvm.registers.setAllEncoded(raw)
      }
    },
  }
}

/** The least that typeberry's form costs: the machine's own registers, nothing checked, nothing copied. */
function bareTypeberry() {
  const vm = createEngine({ kind: engineKind }).instantiate(loadProgram(jam), { gas: GAS })
  const bytes = new Uint8Array(vm.regs.buffer, vm.regs.byteOffset, 104)
  let status = 255
  return {
    resetJam() {},
    registers: { getAllEncoded: () => bytes, setAllEncoded: given => given === bytes || bytes.set(given) },
    gas: { sub: amount => !vm.chargeGas(amount) },
    runProgram() {
      status = vm.run()
    },
    getStatus: () => status,
    getPC: () => vm.pc,
    getExitParam: () => vm.exitArg,
  }
}

function ananasCalls(api) {
  api.resetJAM(Array.from(loop), 0, GAS, [], false)
  return {
    run() {
      for (let i = 0; i < CALLS; i++) {
        while (api.nSteps(0xffffffff));
        if (api.getStatus() !== 3) throw new Error('no host call')
        seen.pc = api.getProgramCounter()
        seen.index = api.getExitArg()
        api.setGasLeft(api.getGasLeft() - 10n)
        const bytes = api.getRegisters()
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const sum = view.getBigUint64(56, true) + view.getBigUint64(64, true) + view.getBigUint64(72, true)
        view.setBigUint64(56, BigInt.asUintN(64, sum), true)
        api.setRegisters(Array.from(bytes))
      }
    },
  }
}

class Register {
  constructor(value) {
    this.value = value
  }
}

const exits = {
  halt: () => 'halt',
  panic: () => 'panic',
  outOfGas: () => 'oog',
  hostCall: n => n,
  pageFault: () => 'fault',
}

/** tsjam's form of a standard program, taken apart by us: the taking apart is not measured. */
function tsjamParts(bytes) {
  const program = loadProgram(bytes, { kind: 'jam' })
  const { code, bitmask, jumpTable } = program
  const k = Array.from(code, (_, i) => (bitmask[i >> 3] >> (i & 7)) & 1)
  const pages = () => {
    const map = new Map()
    for (const { address, length, access, data } of program.layout.regions) {
      for (let at = 0; at < length; at += 4096) {
        const page = new Uint8Array(4096)
        page.set(data.subarray(at, at + 4096))
        map.set((address + at) / 4096, { acl: access === 3 ? 1 : 0, data: page })
      }
    }
    return map
  }
  const { heapStart, stackTop } = program.layout
  const registers = () => ({
    elements: [0xffff0000n, BigInt(stackTop), 0n, 0n, 0n, 0n, 0n, 0xfeff0000n, 0n, 0n, 0n, 0n, 0n].map(
      v => new Register(v),
    ),
  })
  const heap = { start: heapStart, end: heapStart, pointer: heapStart }
  return { program: { j: [...jumpTable], z: 1, c: code, k }, pages, registers, heap }
}

function tsjamCalls() {
  const { buildMemory, buildPVM } = createTsjam({ exits, engine: engineKind })
  const { program, pages, registers, heap } = tsjamParts(jam)
  const mem = buildMemory({ pages: pages(), heap })
  const pvm = buildPVM({ mem, regs: registers(), gas: GAS, pc: 0, program, logger: () => {} })
  return {
    run() {
      for (let i = 0; i < CALLS; i++) {
        const exit = pvm.run()
        if (exit !== 7) throw new Error('no host call')
        seen.index = exit
        const behind = pvm.pc
        pvm.gas = pvm.gas - 10n
        const { elements } = pvm.registers
        elements[7] = new Register(BigInt.asUintN(64, elements[7].value + elements[8].value + elements[9].value))
        pvm.pc = behind
      }
    },
  }
}

function debuggerCalls() {
  const pvm = new DebuggerPvm({ engine: engineKind })
  const start = { pc: 0, gas: GAS, registers: [], pageMap: [], memoryChunks: [] }
  pvm.load(none, start, { spiProgram: { program: jam, hasMetadata: true } })
  return {
    run() {
      for (let i = 0; i < CALLS; i++) {
        pvm.step(1000)
        if (pvm.getStatus() !== 3) throw new Error('no host call')
        seen.pc = pvm.getPc()
        seen.index = pvm.getExitArg()
        pvm.setGas(pvm.getGas() - 10n)
        const bytes = pvm.getRegisters()
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const sum = view.getBigUint64(56, true) + view.getBigUint64(64, true) + view.getBigUint64(72, true)
        view.setBigUint64(56, BigInt.asUintN(64, sum), true)
        pvm.setRegisters(bytes)
      }
    },
  }
}

/** From bytes to a result, a new machine each time, as nodes have it. */
function machines(once) {
  return {
    run() {
      for (let i = 0; i < MACHINES; i++) once()
    },
  }
}

function ownMachine() {
  const engine = createEngine({ kind: engineKind })
  return machines(() => {
    const vm = engine.instantiate(loadProgram(answer, { kind: 'jam' }), { gas: 1000n })
    if (vm.run() !== Exit.Halt) throw new Error('no halt')
    const into = new Uint8Array(3)
    vm.memory.read(0x20000, into)
    vm.dispose()
  })
}

function typeberryMachine(pvm) {
  return machines(() => {
    pvm.resetJam(answer, none, 0, 1000n)
    pvm.runProgram()
    if (pvm.getStatus() !== 0) throw new Error('no halt')
    pvm.memory.read(0x20000, new Uint8Array(3))
  })
}

function ananasMachine(api) {
  const bytes = Array.from(answer)
  return machines(() => {
    api.resetJAM(bytes, 0, 1000n, [], true)
    while (api.nSteps(0xffffffff));
    if (api.getStatus() !== 0) throw new Error('no halt')
    api.getMemory(0x20000, 3)
  })
}

function tsjamMachine() {
  const { buildMemory, buildPVM } = createTsjam({ exits, engine: engineKind })
  const { program, pages, registers, heap } = tsjamParts(answer)
  return machines(() => {
    const mem = buildMemory({ pages: pages(), heap })
    const pvm = buildPVM({ mem, regs: registers(), gas: 1000n, pc: 0, program, logger: () => {} })
    if (pvm.run() !== 'halt') throw new Error('no halt')
    mem.readInto(0x20000, new Uint8Array(3))
  })
}

function debuggerMachine() {
  const pvm = new DebuggerPvm({ engine: engineKind })
  const start = { pc: 0, gas: 1000n, registers: [], pageMap: [], memoryChunks: [] }
  return machines(() => {
    pvm.load(none, start, { spiProgram: { program: answer, hasMetadata: true } })
    pvm.step(1000)
    if (pvm.getStatus() !== 0) throw new Error('no halt')
    pvm.getMemory(0x20000, 3)
  })
}

/** anan-as counts its arguments: what typeberry 0.11 passes beyond those of 1.2 is taken off. */
async function peers() {
  if (!havePeers) return undefined
  const core = '@typeberry/lib/packages/core'
  const { Interpreter } = await peer(`${core}/pvm-interpreter/index.js`)
  const { AnanasInterpreter } = await peer(`${core}/pvm-interpreter-ananas/index.js`)
  const { instantiate } = await peer('@fluffylabs/anan-as/dist/build/release-stub-inline.js')
  const exports = await instantiate()
  const resetJAM = { value: (...args) => exports.resetJAM(...args.slice(0, 5)) }
  const release = await peer('@fluffylabs/anan-as/dist/build/release-inline.js')
  return {
    builtIn: () => Interpreter.new({ useSbrkGas: false }),
    ananas: () => new AnanasInterpreter(Object.create(exports, { resetJAM })),
    api: await release.instantiate(),
  }
}

/** Best of the rounds, all in turn, in µs each. */
function compare(contenders, count) {
  const best = new Map(contenders.map(([name]) => [name, Number.POSITIVE_INFINITY]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { run }] of contenders) {
      const begun = cpuMs()
      run()
      best.set(name, Math.min(best.get(name), ((cpuMs() - begun) * 1000) / count))
    }
  }
  return best
}

function print(what, best) {
  const own = best.get('coulis')
  const bare = best.get('coulis, in typeberry’s form')
  if (bare !== undefined) {
    const value = best.get('coulis/typeberry') / bare
    printFigure({ name: `${what}: coulis/typeberry ÷ the least of its form`, value, unit: '×', goal: 1.3 })
  }
  for (const [name, value] of best) {
    printFigure({ name: `${what}: ${name}`, value, unit: 'µs' })
    if (name.startsWith('coulis/'))
      printFigure({ name: `${what}: ${name} ÷ coulis`, value: value / own, unit: '×', goal: 1.3 })
  }
}

readFileSync(join(DIST, 'lib/typeberry.js')) // says at once when dist/ is not built
const their = await peers()
const theirs = their === undefined ? [] : [their]
const calls = [
  ['coulis', ownCalls()],
  ['coulis, in typeberry’s form', typeberryCalls(bareTypeberry())],
  ['coulis/typeberry', typeberryCalls(createTypeberryPvm({ engine: engineKind }))],
  ...theirs.flatMap(({ builtIn, ananas }) => [
    ['typeberry, built-in', typeberryCalls(builtIn())],
    ['typeberry, anan-as', typeberryCalls(ananas())],
  ]),
  ['coulis/tsjam', tsjamCalls()],
  ['coulis/ananas', ananasCalls(createAnanas({ engine: engineKind }))],
  ...theirs.map(({ api }) => ['anan-as', ananasCalls(api)]),
  ['coulis/debugger', debuggerCalls()],
]
print('host call by leaving', compare(calls, CALLS))
const made = [
  ['coulis', ownMachine()],
  ['coulis/typeberry', typeberryMachine(createTypeberryPvm({ engine: engineKind }))],
  ...theirs.flatMap(({ builtIn, ananas }) => [
    ['typeberry, built-in', typeberryMachine(builtIn())],
    ['typeberry, anan-as', typeberryMachine(ananas())],
  ]),
  ['coulis/tsjam', tsjamMachine()],
  ['coulis/ananas', ananasMachine(createAnanas({ engine: engineKind }))],
  ...theirs.map(({ api }) => ['anan-as', ananasMachine(api)]),
  ['coulis/debugger', debuggerMachine()],
]
print('machine from bytes to result', compare(made, MACHINES))
