// How much memory a process has with so many machines: of the first recorded service, each waiting after 20,000 gas or at its first host
// call. Resident memory of the whole process, as the system says it.
//
//   node curves/machines.mjs ENGINE COUNT     one process: prints { machines, kib }

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coulis, traceModule, traceTexts } from '../lib/figure.mjs'
import { POLKAVM, polkavmBinary } from '../lib/opponents.mjs'
import { polkavmForm } from '../lib/polkavm-form.mjs'
import { BENCH } from '../lib/programs.mjs'

export const COUNTS = [1, 16, 128, 1024]
/** Where more of them would take gigabytes. */
const MOST = { 'anan-as': 128, typeberry: 128 }
/** What a machine runs before it waits: as in peers/polkavm/src/main.rs. */
const WAITING_GAS = 20_000n
const ARGUMENTS = 0xfeff0000

function resident() {
  for (let i = 0; i < 3; i++) globalThis.gc()
  return Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[1]) * 4
}

/** How an engine of a JavaScript process makes a machine that waits. */
const MAKERS = {
  async coulis(kind, { program, start, args }) {
    const engine = coulis.createEngine({ kind })
    const loaded = coulis.loadProgram(program)
    return () => {
      const vm = engine.instantiate(loaded, { args, entry: start.pc, gas: WAITING_GAS })
      vm.run()
      if (vm.exit !== coulis.Exit.Host && vm.exit !== coulis.Exit.OutOfGas) throw new Error(coulis.exitName(vm.exit))
      return vm
    }
  },
  async 'anan-as'(_, { program, start, args }) {
    const home = join(BENCH, 'node_modules', '@fluffylabs', 'anan-as')
    const { instantiate } = await import(join(home, 'dist/build/release-stub-inline.js'))
    return async () => {
      const vm = await instantiate()
      vm.resetJAM(Array.from(program), start.pc, WAITING_GAS, Array.from(args), true)
      while (vm.nSteps(2 ** 32 - 1)) {}
      if (![3, 4].includes(vm.getStatus())) throw new Error(`status ${vm.getStatus()}`)
      return vm
    }
  },
  async typeberry(_, { program, start, args }) {
    const { tryAsGas } = await import('@typeberry/lib/pvm-interface')
    const { Interpreter } = await import('@typeberry/lib/pvm-interpreter')
    return () => {
      const vm = Interpreter.new({ useSbrkGas: false })
      vm.resetJam(program, args, start.pc, tryAsGas(WAITING_GAS), true)
      vm.runProgram()
      if (![3, 4].includes(vm.getStatus())) throw new Error(`status ${vm.getStatus()}`)
      return vm
    }
  },
}

async function oneProcess(name, count) {
  const { parseTrace } = await traceModule()
  const trace = parseTrace(traceTexts()[0])
  const args = trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
  const [maker, kind] = name.split(' ')
  const make = await MAKERS[maker](kind, { program: trace.program.slice(), start: trace.start, args })
  const kept = []
  for (let i = 0; i < count; i++) kept.push(await make())
  const kib = resident()
  // Used again here, so that they are alive above.
  for (const machine of kept) if (machine === undefined) throw new Error('a machine is gone')
  console.log(JSON.stringify({ machines: kept.length, kib }))
}

/** Series, and the command of one process. */
function processes(file) {
  const own = fileURLToPath(import.meta.url)
  const javascript = ['coulis interpreter', 'coulis recompiler', 'coulis auto', 'anan-as', 'typeberry'].map(series => ({
    series,
    command: n => [process.execPath, '--expose-gc', own, series, `${n}`],
  }))
  const native = Object.entries(POLKAVM).flatMap(([version]) =>
    ['interpreter', 'generic'].map(backend => ({
      series: `PolkaVM ${version === '0.35' ? '' : `${version} `}${backend === 'generic' ? 'recompiler' : backend}`,
      command: n => [
        polkavmBinary(version),
        '--backend',
        backend,
        '--gas',
        'sync',
        '--traces',
        file,
        '--machines',
        `${n}`,
      ],
    })),
  )
  return [...javascript, ...native]
}

/** One round: { series, x: machines, y: MiB of the process }. */
export function round() {
  const texts = traceTexts()
  if (texts === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'coulis-curve-'))
  const points = []
  try {
    const file = join(folder, 'traces.json')
    writeFileSync(file, JSON.stringify(texts.slice(0, 1).map(polkavmForm)))
    for (const count of COUNTS) {
      for (const { series, command } of processes(file).filter(p => count <= (MOST[p.series] ?? count))) {
        const [program, ...args] = command(count)
        const { stdout, stderr, error, signal } = spawnSync(program, args, {
          encoding: 'utf8',
          timeout: 60_000,
          cwd: BENCH,
        })
        const text = stdout?.split('\n').find(l => l.startsWith('{'))
        if (text === undefined) {
          console.error(`${series}, ${count} machines: ${error?.message ?? signal ?? stderr.trim().split('\n').pop()}`)
          continue
        }
        points.push({ series, x: count, y: JSON.parse(text).kib / 1024 })
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return points
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await oneProcess(process.argv[2], Number(process.argv[3]))
