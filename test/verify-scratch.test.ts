import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { analyseProgram, compileRoots } from '../src/engine/recompiler/compile.ts'
import { programOf } from './recompiler/programs.ts'
import { loadProgram } from '../src/program/program.ts'
import { verifyModule } from '../src/verify/module.ts'
import { generateCase } from '../src/fuzz/generate.ts'
import { programOfCase } from '../src/fuzz/case.ts'

const FOLDER = join(import.meta.dirname, 'recompiler/golden')
function check(name: string, program: any, options = {}, all = false): string {
  const analysis = analyseProgram(program)
  let starts = [...new Set([...analysis.functions.start].slice(0, -1))] as number[]
  if (all) starts = Array.from({length: analysis.decoded.segmentStart.length - 1}, (_, i) => i).filter(s => analysis.decoded.isBlock[s] === 1).slice(0, 40)
  const t0 = performance.now()
  const { bytes } = compileRoots(analysis, starts, options)
  const t1 = performance.now()
  const refusal = verifyModule(bytes, { dispatch: program.jumpTable.length, tableEnd: analysis.decoded.segmentStart.length + 1 })
  const t2 = performance.now()
  return `${name}: ${refusal?.message ?? 'ok'} ${bytes.length} ${(t1-t0).toFixed(1)} ${(t2-t1).toFixed(1)}`
}
it('goldens', () => {
  const out: string[] = []
  for (const file of readdirSync(FOLDER).filter(f => f.endsWith('.pvm'))) {
    const text = readFileSync(join(FOLDER, file), 'utf8')
    const options = /^; options: (.*)/.exec(text)?.[1] ?? ''
    const program = programOf(text, options.includes('gp-0.8.0') ? 'gp-0.8.0' : 'gp-0.7.2')
    out.push(check(file, program, { inline: !options.includes('no-inline') }))
  }
  const w = '/work/shared/vectors'
  for (const dir of ['workloads', 'microbench', 'w3f-pvm/programs']) for (const f of readdirSync(`${w}/${dir}`)) {
    if (!f.endsWith('.json')) continue
    const j = JSON.parse(readFileSync(`${w}/${dir}/${f}`, 'utf8').replaceAll(/([\s[,:])(\d{16,})(?=[\s,\]}])/g, '$1"$2"'))
    if (!Array.isArray(j.program)) continue
    const line = check(f, loadProgram(Uint8Array.from(j.program), { kind: 'raw' }))
    if (dir !== 'w3f-pvm/programs' || !line.includes(': ok')) out.push(line)
  }
  console.log(out.join('\n'))
  let bad = 0, n = 0, skipped = 0
  const seen = new Map<string, number>()
  for (let i = 0; i < 4000; i++) {
    let program
    try { program = programOfCase(generateCase('verify', i)) } catch { skipped++; continue }
    n++
    for (const all of [false, true]) {
    let line = ''
    try { line = check(`#${i}`, program, {}, all) } catch (e) { if (e instanceof RangeError) continue; throw e }
    if (!line.includes(': ok')) { bad++; const k = line.replace(/\d+/g, 'N'); if (!seen.has(k)) console.log(line); seen.set(k, (seen.get(k) ?? 0) + 1) }
    }
  }
  console.log(n, bad, skipped, [...seen])
  expect(1).toBe(1)
})
