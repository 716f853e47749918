// The conformance function and our own programs on every engine, with a digest of everything they did. One function that
// runs in any JavaScript runtime; nothing here knows which one it is in.
import { assemble } from '../../src/blob/assembly.ts'
import { recogniseTest, runTest } from '../../src/conform/conform.ts'
import { vectorProgram, vectorStart } from '../../src/conform/vector.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type Engine,
  type EngineKind,
  Exit,
  HostAction,
  type HostTable,
  loadProgram,
  profile,
  type Vm,
} from '../../src/index.ts'
import { Digest, digestMemory, digestState, watchedEngine } from './digest.ts'
import { ownPrograms } from './programs.ts'

/** A test file: its name and its bytes. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What one part came to on one engine. */
export interface PartResult {
  readonly programs: number
  readonly passed: number
  readonly failed: number
  /** 16 hex digits over every exit, pc, gas, register, page and byte. Equal on all engines and runtimes. */
  readonly digest: string
  /** Gas used in all, to see that something ran. */
  readonly gas: string
  /** The first failures. */
  readonly misses: readonly string[]
}

/** Part name to result. */
export type EngineResult = Readonly<Record<string, PartResult>>

/** What `runSuite` runs. */
export interface SuiteOptions {
  readonly files: readonly NamedBytes[]
  /** Default: all that exist. */
  readonly engines?: readonly EngineKind[]
  /** `long` runs compute-heavy files to their end on every engine but the reference, which would need minutes. */
  readonly form: 'short' | 'long'
}

const PAGE_SIZE = 4096
/** Resumptions of one machine: each answers a host call, maps a faulting page or adds gas. */
const RESUMPTIONS = 40
/** Gas amounts at which compute-heavy programs are cut. Primes, so that cuts fall everywhere. */
const CUTS = [0n, 1n, 7n, 101n, 1009n, 10_007n, 100_003n]

class Part {
  readonly digest = new Digest()
  readonly misses: string[] = []
  programs = 0
  passed = 0
  failed = 0
  gas = 0n

  readonly count = (vm: Vm): void => {
    this.gas += vm.gasUsed
  }

  verdict(passed: boolean, what: string): void {
    this.programs += 1
    if (passed) this.passed += 1
    else this.failed += 1
    if (!passed && this.misses.length < 10) this.misses.push(what)
  }

  result(): PartResult {
    const { programs, passed, failed, misses } = this
    return { programs, passed, failed, digest: `${this.digest}`, gas: `${this.gas}`, misses }
  }
}

/** Changes registers, memory and gas in place; index 7 only, all others exit. */
const HOST: HostTable = {
  entry: index =>
    index === 7
      ? {
          name: 'mix',
          price: 10,
          call(vm) {
            vm.regs[9] = vm.regs[9]! + vm.regs[7]!
            vm.regs32[25] = vm.regs32[14]! ^ 0x5a5a5a5a
            vm.memory.writeU32(0x20000, vm.regs32[14]!)
            vm.gas -= 3n
            return vm.regs32[14]! % 1000 === 1 ? HostAction.Stop : HostAction.Continue
          },
        }
      : undefined,
}

/** Runs on until nothing more can be done about how the machine stopped. */
function runThrough(vm: Vm, digest: Digest): void {
  for (let i = 0; i < RESUMPTIONS; i++) {
    const exit = vm.run()
    digestState(digest, vm)
    if (exit === Exit.Halt || exit === Exit.Panic) return
    if (exit === Exit.Host) vm.regs[7] = BigInt(vm.exitArg >>> 0) ^ vm.regs[8]!
    if (exit === Exit.OutOfGas) vm.gas = BigInt(i)
    if (exit === Exit.PageFault) {
      if (i > 4) return
      vm.memory.protect(vm.exitArg / PAGE_SIZE, 1, Access.Write)
    }
  }
}

function runOwn(engine: Engine, rules: 'gp-0.7.2' | 'w3f-vectors'): PartResult {
  const part = new Part()
  for (const { name, text, gas } of ownPrograms()) {
    const program = loadProgram(assemble(text).bytes, { profile: profile(rules) })
    part.digest.text(name)
    for (const amount of gas) {
      const pages = program.kind === 'raw' ? [{ address: 0x20000, length: 8192, access: Access.Write }] : []
      const vm = engine.instantiate(program, { gas: BigInt(amount), host: HOST, pages })
      runThrough(vm, part.digest)
      digestMemory(part.digest, vm)
      part.count(vm)
      vm.dispose()
      part.verdict(true, name)
    }
  }
  return part.result()
}

/** Every instruction as the tracer reports it, and the same machines by steps. */
function runTraced(engine: Engine): PartResult {
  const part = new Part()
  const { digest } = part
  for (const { name, text } of ownPrograms()) {
    const program = loadProgram(assemble(text).bytes)
    const vm = engine.instantiate(program, { gas: 3000n, host: HOST })
    vm.tracer = event => {
      digest.word(event.pc)
      digest.word(event.instruction.id)
      digest.big(event.gasBefore)
      digest.big(event.gasAfter)
      digest.word(event.register)
      digest.big(event.before)
      digest.big(event.after)
      digest.text(event.access)
      digest.word(event.address)
      digest.word(event.width)
      digest.big(event.value)
    }
    runThrough(vm, digest)
    vm.tracer = undefined
    part.count(vm)
    vm.reset({ gas: 3000n, host: HOST })
    for (let i = 0; i < 300 && vm.step((i % 7) + 1) === Exit.Step; i++) digestState(digest, vm)
    digestState(digest, vm)
    digestMemory(digest, vm)
    vm.dispose()
    part.verdict(true, name)
  }
  return part.result()
}

function isHeavy(kind: string): boolean {
  return kind === 'microbench' || kind === 'workload'
}

function runFiles(engine: Engine, options: SuiteOptions): Record<string, PartResult> {
  const parts: Record<string, Part> = {}
  for (const { name, bytes } of options.files) {
    const test = recogniseTest(bytes)
    if (test === undefined) continue
    const { kind } = test
    const heavy = isHeavy(kind)
    if (heavy && 'vector' in test) {
      const part = (parts[`${kind}-cuts`] ??= new Part())
      part.digest.text(name)
      for (const gas of CUTS) {
        const vm = engine.instantiate(vectorProgram(test.vector, profile()), { ...vectorStart(test.vector), gas })
        vm.run()
        digestState(part.digest, vm)
        digestMemory(part.digest, vm)
        part.count(vm)
        vm.dispose()
        part.verdict(true, name)
      }
    }
    if (heavy && (engine.kind === 'reference' || options.form === 'short')) continue
    const part = (parts[kind] ??= new Part())
    part.digest.text(name)
    const verdict = runTest(name, bytes, { engine: watchedEngine(engine, part.digest, part.count) })
    part.verdict(verdict?.outcome === 'passed', `${name}: ${verdict?.what}`)
  }
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.result()]))
}

/** Runs everything on every engine. */
export function runSuite(options: SuiteOptions): Record<string, EngineResult> {
  const results: Record<string, EngineResult> = {}
  for (const kind of options.engines ?? availableEngines()) {
    const engine = createEngine({ kind })
    results[kind] = {
      own: runOwn(engine, 'gp-0.7.2'),
      'own-blocks': runOwn(engine, 'w3f-vectors'),
      'own-traced': runTraced(engine),
      ...runFiles(engine, options),
    }
  }
  return results
}

/** Names the parts that engines disagree on. */
export function disagreements(results: Record<string, EngineResult>): string[] {
  const first: Record<string, { engine: string; digest: string }> = {}
  const all: string[] = []
  for (const [engine, parts] of Object.entries(results)) {
    for (const [part, { digest }] of Object.entries(parts)) {
      const known = (first[part] ??= { engine, digest })
      if (known.digest !== digest) all.push(`${part}: ${known.engine} ${known.digest}, ${engine} ${digest}`)
    }
  }
  return all
}
