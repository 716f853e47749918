// What counting costs (coulis/inside, countGas): each program run with and without, in turn, the processor time of `run` alone, medians.
// Sums of what was counted are compared with the gas used, to the unit. `--runs N`, `--engine kind`, `--only NAME`.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, traceModule, traceTexts } from '../lib/figure.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'
import { entryOf, programFiles, readProgram, vectorsFolder } from '../lib/programs.mjs'
import { answerAsRecorded, argumentsOf } from '../lib/traces.mjs'

const { countGas, watchHostGas } = await import(entryOf('inside'))
const { runs, only } = adapterArguments()
const engine = coulis.createEngine({ kind: engineKind })

const nothing = { name: 'nothing', price: 0, call: () => undefined }
const NOTHING = { entry: () => nothing }

/** What is to be run: `options()` are start options of a machine, `check(vm)` says whether it ended as it should. */
function workloads() {
  const { micro, workloads: ours } = programFiles()
  const shared = vectorsFolder() && join(vectorsFolder(), 'workloads')
  const given = shared && existsSync(shared) ? readdirSync(shared).filter(n => n.endsWith('.json')) : []
  const files = [...given.map(n => join(shared, n)), ...ours, ...micro]
  return files
    .map(file => ({ file, ...readProgram(file) }))
    .map(program => ({
      name: `${program.file.includes('vectors') ? 'shared' : 'own'} ${program.name}`,
      program: coulis.loadProgram(program.blob, { kind: 'raw', profile: 'gp-0.7.2' }),
      options: () => ({
        regs: program.regs,
        entry: program.pc,
        gas: program.gas,
        pages: program.pages.map(({ address, length, writable }) => ({
          address,
          length,
          access: writable ? coulis.Access.Write : coulis.Access.Read,
        })),
        memory: program.memory.map(({ address, contents }) => ({ address, bytes: contents })),
        host: NOTHING,
      }),
    }))
}

/** The recorded services: all runs of each as one workload, answered from the record. */
async function services() {
  const texts = traceTexts() ?? []
  const { parseTrace } = await traceModule()
  return texts.map((text, i) => {
    const trace = parseTrace(text)
    const args = argumentsOf(trace)
    return {
      name: `service ${i}`,
      program: coulis.loadProgram(trace.program),
      options: (() => {
        let at = 0
        const entry = {
          name: 'recorded',
          price: 0,
          call: vm => answerAsRecorded(vm, trace.calls[at++]),
        }
        const host = { entry: () => entry }
        return () => {
          at = 0
          return { args, entry: trace.start.pc, gas: trace.start.gas, host }
        }
      })(),
      service: true,
    }
  })
}

/** A machine that is reset for each run, so that its memory is there already. */
function machine({ program, options }, isCounted) {
  const given = options()
  const watched = isCounted ? watchHostGas(given.host) : undefined
  const vm = engine.instantiate(program, watched ? { ...given, host: watched.host } : given)
  const counter = isCounted ? countGas(vm, watched) : undefined
  let all = 0n
  return {
    /** Runs once: the time of the run, and how it ended. */
    once() {
      const next = options()
      vm.reset(watched ? { ...next, host: watched.host } : next)
      const begun = cpuMs()
      vm.run()
      const ms = cpuMs() - begun
      all += vm.gasUsed
      return { ms, exit: vm.exit, used: vm.gasUsed }
    },
    /** What was counted is what was used, to the unit. */
    check() {
      const sum = counter.counts().total + watched.calls().reduce((total, { gas }) => total + gas, 0n)
      if (sum !== all) throw new Error(`counted ${sum}, used ${all}`)
    },
    dispose: () => vm.dispose(),
  }
}

function measure(workload) {
  const machines = [machine(workload, false), machine(workload, true)]
  const times = [[], []]
  let before
  const warm = workload.service ? 60 : 3 // short runs: both have to be optimized by then
  const count = workload.service ? 8 * runs : runs
  for (let i = -warm; i < count; i++) {
    for (const at of i % 2 === 0 ? [0, 1] : [1, 0]) {
      const { ms, exit, used } = machines[at].once()
      before ??= { exit, used }
      if (exit !== before.exit || used !== before.used) throw new Error('the runs differ')
      if (i >= 0) times[at].push(ms)
    }
  }
  machines[1].check()
  for (const one of machines) one.dispose()
  return { plain: summary(times[0]), counted: summary(times[1]) }
}

const geometric = list => Math.exp(list.reduce((sum, x) => sum + Math.log(x), 0) / list.length)
const all = [...workloads(), ...(await services())].filter(({ name }) => only === undefined || name.includes(only))
const groups = { workloads: [], services: [] }
const total = { plain: 0, counted: 0 }
for (const workload of all) {
  const { plain, counted } = measure(workload)
  if (workload.service) {
    total.plain += plain.median
    total.counted += counted.median
  } else {
    groups.workloads.push(counted.median / plain.median)
  }
  const note = `plain ${plain.median.toFixed(2)} ms (least ${plain.min.toFixed(2)}), counted ${counted.median.toFixed(2)} ms (least ${counted.min.toFixed(2)})`
  if (!workload.service || only !== undefined)
    printFigure({
      name: `profile ${workload.name}`,
      value: Number((counted.median / plain.median).toFixed(3)),
      unit: 'times',
      note,
    })
}
if (groups.workloads.length > 0)
  printFigure({
    name: 'profile: programs, geometric mean',
    value: Number(geometric(groups.workloads).toFixed(3)),
    unit: 'times',
    must: 1.25,
  })
if (total.plain > 0)
  printFigure({
    name: 'profile: recorded services, together',
    value: Number((total.counted / total.plain).toFixed(3)),
    unit: 'times',
    must: 1.25,
    note: `${total.plain.toFixed(1)} and ${total.counted.toFixed(1)} ms`,
  })
