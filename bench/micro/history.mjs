// What going back costs in the recorded service runs: a run opened at its end, and steps back from there. Each run is opened in a
// process of its own, as a debugger does, where nothing has been compiled or warmed up; the worst step is that of all processes.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpuMs, threadMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'
import { DIST } from '../lib/programs.mjs'

/** What its caller waits for: V8 makes its own code better on other threads meanwhile. In steps of 4 ms, so the worst is that of it. */
const clock = () => threadMs() ?? cpuMs()
const STEPS = 20
const PROCESSES = 3
const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')

/** Times of one run in this process. */
async function measure(text) {
  const { historyOfTrace } = await import(join(DIST, 'inside', 'index.js'))
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
