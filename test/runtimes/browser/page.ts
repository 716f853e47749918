// The page that runs the suite, on the main thread or in a worker, and shows what came out. Not the suite.
import { decodeFiles } from '../files.ts'
import { disagreements, type EngineResult, runSuite } from '../suite.ts'

interface Outcome {
  readonly engines: Record<string, EngineResult>
  readonly seconds: number
}

declare global {
  interface Window {
    /** For scripts/runtimes.mjs. */
    runHere: (form: 'short' | 'long') => Promise<Outcome>
    runInWorker: (form: 'short' | 'long') => Promise<Outcome>
  }
}

window.runHere = async form => {
  const files = decodeFiles(await (await fetch('files.json')).text())
  const started = performance.now()
  const engines = runSuite({ files, form })
  return { engines, seconds: (performance.now() - started) / 1000 }
}

window.runInWorker = form =>
  new Promise((resolve, reject) => {
    const worker = new Worker('worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => {
      worker.terminate()
      if (data.error === undefined) resolve(data)
      else reject(new Error(data.error))
    }
    worker.onerror = event => reject(new Error(event.message))
    worker.postMessage(form)
  })

function cell(row: HTMLTableRowElement, text: string, className = ''): void {
  const td = row.insertCell()
  td.textContent = text
  td.className = className
}

function show({ engines, seconds }: Outcome): void {
  const table = document.querySelector<HTMLTableElement>('#results')!
  table.replaceChildren()
  const head = table.insertRow()
  for (const title of ['engine', 'part', 'passed', 'failed', 'digest']) cell(head, title)
  let failed = 0
  for (const [engine, parts] of Object.entries(engines)) {
    for (const [part, result] of Object.entries(parts)) {
      const row = table.insertRow()
      cell(row, engine)
      cell(row, part)
      cell(row, `${result.passed}`, 'number')
      cell(row, `${result.failed}`, result.failed > 0 ? 'number failed' : 'number')
      cell(row, result.digest)
      failed += result.failed
    }
  }
  const different = disagreements(engines)
  const verdict = failed === 0 && different.length === 0 ? 'all equal' : `${failed} failed, ${different.join('; ')}`
  document.querySelector('#state')!.textContent = `${verdict}, ${seconds.toFixed(1)} s`
}

function bind(id: string, run: Window['runHere']): void {
  document.querySelector(`#${id}`)!.addEventListener('click', async () => {
    const state = document.querySelector('#state')!
    state.textContent = 'running'
    await new Promise(resolve => setTimeout(resolve, 50))
    try {
      show(await run('short'))
    } catch (error) {
      state.textContent = String(error)
    }
  })
}

bind('main', window.runHere)
bind('worker', window.runInWorker)
