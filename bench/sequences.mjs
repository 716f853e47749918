// Which sequences of instructions are worth a superinstruction in the C core: counts what programs execute, says what share
// of dispatches the present list (scripts/fused-sequences.ts) saves in each, and which sequences would save most beside it.
// Not a timing: run.mjs is. For Node 22.18 or newer, which strips types.
//
//   node sequences.mjs [--gas 3000000] [--top 25] [--length 4]

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isCommutative, parseSequence } from '../scripts/fused.ts'
import { SEQUENCES } from '../scripts/fused-sequences.ts'
import { READS, WRITES } from '../src/engine/recompiler/facts.ts'
import { BENCH, DIST, readProgram, vectorsFolder } from './lib/programs.mjs'

const { Access, createEngine, loadProgram } = await import(join(DIST, 'index.js'))
const { parseTrace, replay } = await import(join(DIST, 'trace', 'index.js'))
const { createHost } = await import(join(DIST, 'host', 'index.js'))

const { values: options } = parseArgs({
  options: {
    gas: { type: 'string', default: '3000000' },
    top: { type: 'string', default: '25' },
    length: { type: 'string', default: '4' },
  },
})
const GAS = BigInt(options.gas)
const LENGTH = Number(options.length)

/** Kinds that may be followed by another one in a superinstruction, and those that may end it. */
const GOES_ON = new Set(['alu', 'load', 'store'])
const ENDS = new Set(['branch', 'jump', 'fallthrough', 'djump'])

const A = 1
const B = 2

/** Loads and stores at absolute addresses run as those with a base register. */
const nameOf = ({ name }) => name.replace(/^(load|store|store_imm)_([ui]\d+)$/, '$1_ind_$2')

/** The straight runs of instructions that a machine executes from now on: counted while it runs. */
function countRuns(vm) {
  const counted = new Map()
  let run
  let result = -1
  vm.tracer = ({ pc, instruction, operands }) => {
    if (run === undefined) {
      run = counted.get(pc) ?? { words: [], count: 0 }
      counted.set(pc, run)
      run.count += 1
      run.at = 0
      result = -1
    }
    const { id, kind } = instruction
    if (run.at === run.words.length) {
      let takes = (READS[id] & A && operands.a === result ? A : 0) | (READS[id] & B && operands.b === result ? B : 0)
      if (takes === B && isCommutative(instruction)) takes = A
      const goesOn = GOES_ON.has(kind) && instruction.name !== 'load_imm_64'
      run.words.push({ name: nameOf(instruction), takes, goesOn, ends: ENDS.has(kind) })
    }
    run.at += 1
    result = WRITES[id] === A ? operands.a : WRITES[id] === 4 ? operands.d : -1
    if (instruction.terminator || instruction.kind === 'host') run = undefined
  }
  return counted
}

function profileProgram(file) {
  const program = readProgram(file)
  const host = createHost({ 1: { price: 0, call: () => undefined }, 2: { price: 0, call: () => undefined } })
  const vm = createEngine({ kind: 'interpreter' }).instantiate(
    loadProgram(program.blob, { kind: 'raw', profile: 'gp-0.7.2' }),
    {
      regs: program.regs,
      entry: program.pc,
      gas: GAS,
      pages: program.pages.map(p => ({ ...p, access: p.writable ? Access.Write : Access.Read })),
      memory: program.memory.map(c => ({ address: c.address, bytes: c.contents })),
      host,
    },
  )
  const runs = countRuns(vm)
  vm.run()
  return [...runs.values()]
}

function profileTrace(text) {
  const engine = createEngine({ kind: 'interpreter' })
  let runs
  const instantiate = (program, start) => {
    const vm = engine.instantiate(program, start)
    runs = countRuns(vm)
    return vm
  }
  if (!replay(parseTrace(text), { engine: { ...engine, instantiate } }).identical) throw new Error('a trace differs')
  return [...runs.values()]
}

/** The words a sequence may have at an instruction: with the result of the one before, then without. */
function wordsOf({ name, takes }) {
  const with_ =
    takes === A ? [`${name}:A`] : takes === B ? [`${name}:B`] : takes === 3 ? [`${name}:A`, `${name}:B`] : []
  return [...with_, name]
}

/** Dispatches saved in a run, matched from the left; `candidate` is told what could go on where a sequence ends. */
function saved(run, list, candidate) {
  const { words } = run
  let total = 0
  for (let i = 0; i < words.length; ) {
    let sequence = words[i].name
    let length = 1
    let whole = 1
    while (
      i + length < words.length &&
      words[i + length - 1].goesOn &&
      (words[i + length].goesOn || words[i + length].ends)
    ) {
      const next = wordsOf(words[i + length]).map(word => `${sequence} ${word}`)
      const found = next.find(s => beginnings.has(s))
      if (found === undefined) {
        if (length < LENGTH) for (const s of next) candidate?.(s, run.count)
        break
      }
      sequence = found
      length += 1
      if (list.has(sequence)) whole = length
    }
    total += whole - 1
    i += length
  }
  return total * run.count
}

const folder = vectorsFolder()
const files = suite =>
  readdirSync(suite)
    .filter(f => f.endsWith('.json'))
    .map(f => join(suite, f))
const programs = [join(BENCH, 'programs'), join(BENCH, 'workloads', 'programs')]
  .concat(folder === undefined ? [] : [join(folder, 'microbench')])
  .flatMap(files)
  .map(file => ({ name: file.split('/').slice(-3).join('/'), runs: profileProgram(file) }))
if (folder !== undefined) {
  const { traceTexts } = await import('./lib/figure.mjs')
  programs.push({ name: 'recorded service', runs: traceTexts().flatMap(profileTrace) })
}

const list = new Set(SEQUENCES)
/** Also what sequences begin with: matching goes on there. */
const beginnings = new Set(
  SEQUENCES.flatMap(sequence => {
    parseSequence(sequence)
    const words = sequence.split(' ')
    return words.slice(1).map((_, i) => words.slice(0, i + 2).join(' '))
  }),
)
const gains = new Map()
for (const { name, runs } of programs) {
  const total = runs.reduce((sum, run) => sum + run.count * run.words.length, 0)
  const less = runs.reduce(
    (sum, run) => sum + saved(run, list, (s, n) => gains.set(s, (gains.get(s) ?? 0) + n / total)),
    0,
  )
  console.log(`${((100 * less) / total).toFixed(1).padStart(5)} %  ${name}`)
}
console.log('\nMost would be saved by (% of dispatches, mean of the programs):')
const best = [...gains].sort((a, b) => b[1] - a[1]).slice(0, Number(options.top))
for (const [sequence, gain] of best)
  console.log(`${((100 * gain) / programs.length).toFixed(2).padStart(6)}  ${sequence}`)
