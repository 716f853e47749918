// Runtimes that forbid things: no modules from bytes, no WebAssembly at all, no FinalizationRegistry, modules refused in
// mid-run. The real thing where Node has it: --jitless, and a context whose code generation V8 switches off. Browsers and
// workerd: scripts/runtimes.mjs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as coulis from '../../src/index.ts'

const ROOT = join(import.meta.dirname, '../..')

/** r7 = 1 + 2 + … + 200,000, then halt: enough to become hot. */
const TEXT = `
load_imm r8, 200000
fallthrough
@again:
add_64 r7, r7, r8
add_imm_64 r8, r8, -1
branch_ne_imm r8, 0, @again
jump_ind r0
`
const SUM = (200_000n * 200_001n) / 2n

/** What `run` below answers, as text. */
const RUN = `(coulis, kind) => {
  const { bytes } = coulis.assemble(${JSON.stringify(TEXT)})
  const program = coulis.loadProgram(bytes)
  const engine = coulis.createEngine(kind === undefined ? {} : { kind })
  const vm = engine.instantiate(program, { regs: [0xffff0000n], gas: 10_000_000n })
  const exit = vm.run()
  return [engine.kind, vm.kind, coulis.exitName(exit), vm.regs[7], vm.gas].join(' ')
}`

const { outputFiles } = await build({
  entryPoints: [join(ROOT, 'src/index.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'coulis',
})
const BUNDLE = outputFiles[0]!.text

const expected = (kind: string): string => `${kind} ${kind} halt ${SUM} ${10_000_000n - 600_003n}`

/** coulis in a context of its own, whose code generation V8 switches off. */
function inContext(before: string, after: string, globals: object = {}): string {
  const context = createContext({ performance, ...globals }, { codeGeneration: { strings: true, wasm: false } })
  return String(runInContext(`${before}\n${BUNDLE}\n${after}`, context))
}

describe('a runtime that makes no modules from bytes', () => {
  it('has the reference machine, auto chooses it, and says why', () => {
    expect(inContext('', 'coulis.availableEngines()')).toBe('reference,auto')
    expect(inContext('', `(${RUN})(coulis)`)).toBe(expected('reference'))
    const reasons = inContext('', 'coulis.engineStatus().map(s => s.kind + ": " + s.reason).join("\\n")')
    expect(reasons.split('\n')[0]).toBe('reference: undefined')
    for (const line of reasons.split('\n').slice(1)) expect(line).toMatch(/makes no WebAssembly modules.*useCore/)
  })

  it('refuses the others with the reason', () => {
    for (const kind of ['interpreter', 'recompiler']) {
      expect(() => inContext('', `(${RUN})(coulis, '${kind}')`)).toThrow(/^kind: \w+ does not work here: .*disallowed/)
    }
  })

  it('has the interpreter when the core is passed in, and auto chooses it', () => {
    const core = new WebAssembly.Module(readFileSync(join(ROOT, 'core/core.wasm')))
    const use = 'coulis.useCore(core);'
    expect(inContext('', `${use} coulis.availableEngines()`, { core })).toBe('reference,interpreter,auto')
    expect(inContext('', `${use} (${RUN})(coulis)`, { core })).toBe(expected('interpreter'))
    expect(inContext('', `${use} coulis.engineStatus()[3].reason`, { core })).toMatch(/makes no WebAssembly modules/)
    const ahead = `coulis.compile(coulis.loadProgram(coulis.assemble(${JSON.stringify(TEXT)}).bytes)).modules`
    expect(inContext('', `${use} ${ahead}`, { core })).toBe('0')
  })

  it('does without a FinalizationRegistry', () => {
    const core = new WebAssembly.Module(readFileSync(join(ROOT, 'core/core.wasm')))
    const text = `coulis.useCore(core); typeof FinalizationRegistry + ' ' + (${RUN})(coulis)`
    expect(inContext('delete globalThis.FinalizationRegistry', text, { core })).toBe(
      `undefined ${expected('interpreter')}`,
    )
  })
})

describe('useCore', () => {
  it('takes this version\u2019s core only', () => {
    const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    const other = new WebAssembly.Module(Uint8Array.of(...header))
    const signed = new WebAssembly.Module(Uint8Array.of(...header, 0, 8, 6, ...Buffer.from('coulis'), 1))
    expect(() => coulis.useCore(other)).toThrow(/^module: this is no core of coulis, expected core\.wasm/)
    expect(() => coulis.useCore(signed)).toThrow(/^module: this is the core of another version \(01\)/)
    for (const wrong of [undefined, null, 0, {}, new Uint8Array(8), Object.create(WebAssembly.Module.prototype)]) {
      expect(() => coulis.useCore(wrong as WebAssembly.Module)).toThrow(
        new TypeError('module: expected a WebAssembly.Module'),
      )
    }
  })
})

describe('node --jitless', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-jitless-'))
  const script = join(folder, 'run.cjs')
  const run = (text: string): string => {
    writeFileSync(script, `${BUNDLE}\nconsole.log(String(${text}))`)
    const { stdout, stderr } = spawnSync(process.execPath, ['--jitless', script], { encoding: 'utf8' })
    return stdout.trim() || stderr
  }

  it('runs the reference machine, because there is no WebAssembly', () => {
    expect(run('coulis.availableEngines()')).toBe('reference,auto')
    expect(run(`(${RUN})(coulis)`)).toBe(expected('reference'))
    expect(run('coulis.engineStatus()[3].reason')).toMatch(/has no WebAssembly/)
  })
})

describe('the command line under node --jitless', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-jitless-cli-'))
  spawnSync(process.execPath, ['scripts/build-cli.mjs', folder], { cwd: ROOT })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const run = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--jitless', join(folder, 'cli.js'), ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return { code: status, out: stdout, err: stderr.replace(/^Warning: disabling flag.*\n/, '') }
  }

  it('runs what it can, on the engine it names', () => {
    const { code, out } = run('run', 'examples/counter.jam', '--entry', 'accumulate', '--args', '0x2a0003')
    expect(code).toBe(0)
    expect(out).toMatch(/^HALT .* 139 gas used, .* reference, gp-0\.7\.2/m)
    expect(run('engines').out).toContain('(default, here: reference)')
  })

  it.each([
    [['run', 'examples/counter.jam', '-e', 'interpreter'], 'kind: interpreter does not work here: this runtime has no'],
    [['dump', 'examples/fibonacci.pvm'], 'core: this runtime has no WebAssembly'],
    [['fuzz', '--cases', '1'], 'nothing to compare: reference is the only engine here, this runtime has no'],
    [['fuzz', '--cases', '1', '--engines', 'reference,auto'], 'nothing to compare: reference is the only engine here'],
  ])('%j says why not', (args, message) => {
    const { code, err } = run(...args)
    expect(err).toContain(message)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })
})

describe('a runtime that refuses modules in mid-run', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** So many modules may be made from now on; what only asks whether one may be is not counted. */
  function restrict(allowance: number): { asked: number; made: number } {
    const { WebAssembly: real } = globalThis
    const seen = { asked: 0, made: 0 }
    const Module = class extends real.Module {
      constructor(bytes: BufferSource) {
        seen.asked += 1
        if (seen.made >= allowance) throw new real.CompileError('Wasm code generation disallowed by embedder')
        if (bytes.byteLength > 8) seen.made += 1
        super(bytes)
      }
    }
    const compile = (): Promise<never> => Promise.reject(new real.CompileError('disallowed'))
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(real), { Module, compile }))
    return seen
  }

  const program = (n: number): coulis.Program =>
    coulis.loadProgram(coulis.assemble(TEXT.replace('200000', `${n}`)).bytes)

  it.each(['auto', 'recompiler'] as const)('%s goes on interpreted, to the same end', kind => {
    const engine = coulis.createEngine({ kind })
    engine.instantiate(program(1), { regs: [0xffff0000n], gas: 100n }).run() // what every first run makes is there
    for (let allowance = 0; allowance < 6; allowance++) {
      const n = 12_000_000 + allowance // a program that nobody has compiled yet, long enough to become hot
      const gas = 100_000_000n
      const vm = engine.instantiate(program(n), { regs: [0xffff0000n], gas })
      const seen = restrict(allowance)
      expect(vm.run(), `${allowance} modules`).toBe(coulis.Exit.Halt)
      vi.unstubAllGlobals()
      expect(seen.asked, 'modules were asked for').toBeGreaterThan(0)
      if (allowance < 1) expect(vm.stats?.modules).toBe(0)
      else if (allowance > 1) expect(vm.stats?.modules).toBeGreaterThan(0)
      expect(vm.regs[7]).toBe((BigInt(n) * BigInt(n + 1)) / 2n)
      expect(vm.gas).toBe(gas - 3n * BigInt(n) - 3n)
      vm.dispose()
    }
  })

  it('and compiles again once that is allowed', () => {
    restrict(0)
    expect(coulis.availableEngines()).not.toContain('recompiler')
    const vm = coulis.createEngine({ kind: 'auto' }).instantiate(program(5), { gas: 100n, regs: [0xffff0000n] })
    expect(vm.kind).toBe('interpreter')
    expect(() => vm.switchTo('recompiler')).toThrow(/^kind: recompiler does not work here: .*disallowed/)
    expect([vm.kind, vm.run()]).toEqual(['interpreter', coulis.Exit.Halt])
    vi.unstubAllGlobals()
    expect(coulis.availableEngines()).toContain('recompiler')
    expect(coulis.compile(program(400_000)).modules).toBe(1)
  })
})
