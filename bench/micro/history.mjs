// What going back costs in the recorded service runs: a run opened at its end, and steps back from there. Each run is opened in a
// process of its own, as a debugger does, where nothing has been compiled or warmed up; the worst step is that of all processes.
//   node bench/micro/history.mjs --engine auto
//   node bench/micro/history.mjs --last-write-register 1000000000   who wrote a register last, in runs of so many instructions instead
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cpuMs, threadMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'
import { entryOf } from '../lib/programs.mjs'

/** What its caller waits for: V8 makes its own code better on other threads meanwhile. In steps of 4 ms, so the worst is that of it. */
const clock = () => threadMs() ?? cpuMs()
const STEPS = 20
const PROCESSES = 3
const { lastWriteRegister: length, only: onlyCase } = lastWriteOptions()
if (length !== undefined) {
  await lastWrites(length)
  process.exit(0)
}
const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')

/** Times of one run in this process. */
async function measure(text) {
  const { historyOfTrace } = await import(entryOf('inside'))
  const { parseTrace } = await traceModule()
  const times = { open: 0, back: [], afar: [] }
  const begun = clock()
  const { history } = historyOfTrace(parseTrace(text), { engine: coulis.createEngine({ kind: engineKind }) })
  const end = history.toEnd().time
  times.open = clock() - begun
  const timed = (list, time) => {
    const from = [cpuMs(), clock()]
    history.goto(time)
    list.push([cpuMs() - from[0], clock() - from[1]])
  }
  for (let i = 1; i <= STEPS; i++) timed(times.back, end - i)
  // From somewhere else: the way there is long, the step back is what the next key press is.
  for (let i = 0; i < STEPS; i++) {
    const time = 1 + Math.floor((((i * 7919 + 4001) % 10007) / 10007) * (end - 1))
    history.goto(time)
    timed(times.afar, time - 1)
  }
  history.dispose()
  return times
}

const only = process.env.COULIS_BENCH_RUN
if (only !== undefined) {
  process.stdout.write(`${JSON.stringify(await measure(texts[Number(only)]))}\n`)
  process.exit(0)
}

const open = []
const back = []
const afar = []
for (let round = 0; round < PROCESSES; round++) {
  for (const at of texts.keys()) {
    const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      env: { ...process.env, COULIS_BENCH_RUN: String(at) },
      encoding: 'utf8',
    })
    const times = JSON.parse(output.trim().split('\n').at(-1))
    open.push(times.open)
    back.push(...times.back)
    afar.push(...times.afar)
  }
}
const note = `${texts.length} runs, each in ${PROCESSES} fresh processes`
const limit = must => (engineKind === 'reference' ? {} : { must })
const figure = (name, value, must) =>
  printFigure({ name: `inside: ${name}`, value, unit: 'ms', ...(must && limit(must)), note })
figure('record parsed and run to its end, median', summary(open).median)
figure('record parsed and run to its end, worst', Math.max(...open), 50)
for (const [name, list] of [
  ['the end', back],
  ['anywhere', afar],
]) {
  figure(`step back from ${name}, median`, summary(list.map(([all]) => all)).median)
  figure(`step back from ${name}, worst`, Math.max(...list.map(([, own]) => own)), 10)
}

function lastWriteOptions() {
  const { 'last-write-register': lastWriteRegister, only } = adapterArguments()
  return { lastWriteRegister, only }
}

/**
 * Who wrote r12 last, asked at the end of a run of `length` instructions. r5 is the length. A step of the search costs most where
 * nothing writes there for long: at the start, on a way that is never taken again, by a host call, in the first half and densely.
 */
async function lastWrites(length) {
  const { createHistory, lastWrite } = await import(entryOf('inside'))
  /** Four instructions a turn, which write r7, r8, r9. */
  const turns = (label, count) => `load_imm_64 r7, ${Math.floor(count / 4)}
    fallthrough
@${label}:
    add_64 r8, r8, r7
    xor r9, r8, r7
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @${label}`
  /** Loads, stores, a call and its return: 12 instructions a turn. */
  const calls = count => `load_imm_64 r7, ${Math.floor(count / 12)}
    load_imm r6, 4
    jump @turn
@work:
    store_u64 [0x20008], r8
    load_u32 r9, [0x2000c]
    add_64 r8, r8, r9
    store_u16 [0x20010], r8
    load_u8 r3, [0x20011]
    jump_ind r0
@turn:
    load_imm_jump r0, 2, @work
@back:
    mul_imm_64 r8, r8, 31
    and_imm r4, r7, 255
    add_imm_64 r7, r7, -1
    fallthrough
    branch_ne_imm r7, 0, @turn`
  const cases = {
    'written at the start': `load_imm r12, 1\n${turns('loop', length)}\ntrap`,
    'at the start, then calls, loads and stores': `load_imm r12, 1\n${calls(length)}\ntrap`,
    'on a way taken once': `load_imm_64 r7, ${Math.floor(length / 5)}
    add_imm_64 r6, r7, -2
    fallthrough
@loop:
    branch_eq r7, r6, @rare
@on:
    add_64 r8, r8, r7
    xor r9, r8, r7
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @loop
    trap
@rare:
    load_imm r12, 5
    jump @on`,
    'by a host call at the start': `ecalli 0\n${turns('loop', length)}\ntrap`,
    'in each turn of the first half': `load_imm_64 r7, ${Math.floor(length / 8)}
    fallthrough
@dense:
    add_64 r12, r12, r7
    xor r9, r8, r7
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @dense
    ${turns('loop', length / 2)}\ntrap`,
    'each 100,000 instructions of the first tenth': `load_imm r5, ${Math.floor(length / 1e6)}
    fallthrough
@outer:
    ${turns('inner', 1e5)}
    add_imm_64 r12, r12, 1
    add_imm_64 r5, r5, -1
    branch_ne_imm r5, 0, @outer
    ${turns('loop', length * 0.9)}\ntrap`,
    never: `${turns('loop', length)}\ntrap`,
    'in each turn': `${turns('loop', length).replace('xor r9', 'xor r12')}\ntrap`,
  }
  const host = { entry: () => ({ name: 'twelve', price: 10, call: vm => void (vm.regs[12] = 12n) }) }
  const jumps = text => (text.includes('@back') ? `.jump_table @back\n${text}` : text)
  for (const [name, text] of Object.entries(cases)) {
    if (onlyCase !== undefined && !name.includes(onlyCase)) continue
    for (const rules of ['gp-0.7.2', 'gp-0.8.0']) {
      const program = coulis.loadProgram(coulis.assemble(jumps(text)).bytes, { profile: coulis.profile(rules) })
      const pages = [{ address: 0x20000, length: 4096, access: coulis.Access.Write }]
      const engine = coulis.createEngine({ kind: engineKind })
      const history = createHistory({ engine, program, start: { gas: 10n ** 15n, host, pages } })
      let begun = cpuMs()
      const { time } = history.toEnd()
      const opened = cpuMs() - begun
      begun = cpuMs()
      const found = lastWrite(history, { register: 12 })
      const value = (cpuMs() - begun) / 1000
      const note = `${time} instructions, ${rules}, opened in ${(opened / 1000).toFixed(2)} s, found at ${found?.time}`
      const must = { must: (10 * time) / 1e9 }
      printFigure({ name: `inside: last write of a register ${name}`, value, unit: 's', ...must, note })
      history.dispose()
    }
  }
}
