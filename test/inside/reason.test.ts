// Why machines stopped: the same on every engine, for every kind of failure, and in agreement with the exit.
import { describe, expect, it } from 'vitest'
import { programOfCase } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import type { HostLog } from '../../src/fuzz/host-log.ts'
import { attempt, enter, optionsOf } from '../../src/fuzz/machines.ts'
import { withTiers } from '../../src/fuzz/tiers.ts'
import {
  Access,
  availableEngines,
  BlobError,
  createEngine,
  Exit,
  HostAction,
  type HostCallError,
  type HostEntry,
  type HostTable,
  hostIndex64,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { type ExitReason, explainExit, explainHostError, formatPlace, watchHost } from '../../src/inside/index.ts'
import { programOf } from '../suite/cases.ts'

const ENGINES = availableEngines()
const W = 0x20000
const R = 0x30000
const PAGES = [
  { address: W, length: 4096, access: Access.Write },
  { address: R, length: 4096, access: Access.Read },
]

function hostWith(call: HostEntry['call'], price = 0): HostTable {
  return { entry: index => (index === 3 ? { name: 'three', price, call } : undefined) }
}

/** Runs a text on every engine and returns its reason, which has to be the same on all. */
function reasonOf(text: string, options: StartOptions = {}, rules = profile('gp-0.7.2')): ExitReason {
  const { program } = programOf(text, rules)
  const reasons = ENGINES.map(kind => {
    const watched = options.host && watchHost(options.host)
    const vm = createEngine({ kind }).instantiate(program, {
      gas: 100n,
      pages: PAGES,
      hostErrors: 'panic',
      ...options,
      ...(watched && { host: watched.host }),
    })
    vm.run()
    const reason = explainExit(vm, { lastCall: watched?.lastCall })
    expect(explainExit(vm, { lastCall: watched?.lastCall })).toEqual(reason) // asking changes nothing
    vm.dispose()
    return reason
  })
  for (const reason of reasons) expect(reason).toEqual(reasons[0])
  return reasons[0]!
}

describe('explainExit', () => {
  it('knows what of an access is refused, with the values of its registers', () => {
    expect(reasonOf('load_imm r8, 0x2fffd\nload_imm r7, 9\nstore_ind_u32 [r8 + 4096], r7')).toMatchObject({
      kind: 'access',
      status: 'page-fault',
      message: 'store_ind_u32 [r8 + 4096], r7: writes 4 bytes at 0x30ffd, which is read-only',
      access: { kind: 'store', address: 0x30ffd, width: 4, failing: 0x30ffd, rights: 'read', why: 'read-only' },
      instruction: {
        name: 'store_ind_u32',
        reads: [
          { register: 7, value: 9n },
          { register: 8, value: 0x2fffdn },
        ],
      },
    })
    expect(reasonOf('load_u64 r7, [0x20ffc]').access).toEqual({
      kind: 'load',
      address: 0x20ffc,
      width: 8,
      failing: 0x21000,
      rights: 'none',
      why: 'not-mapped',
    })
    const top = [{ address: 0xfffff000, length: 4096, access: Access.Write }]
    const around = reasonOf('load_imm r8, -2\nload_ind_u32 r7, [r8]', { pages: top })
    expect(around.access).toMatchObject({ address: 0xfffffffe, failing: 0, why: 'zone' })
    expect(around.message).toContain('0xfffffffe, of which 0x0 is below 0x10000')
    expect(reasonOf('load_u8 r7, [0xffff]').message).toContain('at 0xffff, below 0x10000 every access panics')
  })

  it('knows why a jump leads nowhere', () => {
    const jump = (text: string): unknown => reasonOf(text).jump
    expect(jump('jump 9')).toEqual({ address: undefined, target: 9, why: 'outside' })
    expect(jump('jump 1')).toMatchObject({ target: 1, why: 'no-instruction' })
    expect(jump('load_imm r1, 5\n@a: jump @a')).toMatchObject({ target: 3, why: 'no-block' })
    expect(jump('jump_ind r3')).toMatchObject({ address: 0, why: 'address-0' })
    expect(jump('jump_ind r3 + 3')).toMatchObject({ address: 3, why: 'address-odd' })
    expect(jump('jump_ind r3 + 2')).toMatchObject({ address: 2, why: 'address-behind-table' })
    expect(jump('load_imm_jump_ind r3, 5, r4 + 8')).toMatchObject({ address: 8 })
    expect(jump('load_imm_jump_ind r3, 5, r3 + 8')).toMatchObject({ address: undefined, why: 'address-lost' })
    expect(reasonOf('load_imm_jump_ind r3, 5, r3 + 8').instruction!.reads).toEqual([])
  })

  it('checks both successors of a branch under GP 0.8.0 rules, the one taken under 0.7.2', () => {
    const both = profile('gp-0.7.2', { branchCheck: 'both' })
    const text = 'branch_eq_imm r1, 1, 1\ntrap'
    expect(reasonOf(text, {}, both)).toMatchObject({ kind: 'jump', pc: 0, jump: { target: 1 } })
    expect(reasonOf(text)).toMatchObject({ kind: 'trap' })
  })

  it('knows code that is none', () => {
    expect(reasonOf('load_imm r7, 5')).toMatchObject({ kind: 'no-code', pc: 3, instruction: undefined })
    expect(reasonOf('load_imm r7, 5\ntrap', { entry: 1 })).toMatchObject({ kind: 'no-instruction', pc: 1 })
    expect(reasonOf('load_imm r7, 5', { entry: 0xffffffff })).toMatchObject({ kind: 'no-code', pc: 0xffffffff })
  })

  it('knows what could not be paid', () => {
    expect(reasonOf('load_imm r7, 5\ntrap', { gas: 1n }).gas).toEqual({ for: 'instruction', price: 1n, left: 0n })
    const block = profile('gp-0.7.2', { gasModel: 'block', outOfGas: 'keep' })
    expect(reasonOf('load_imm r7, 5\ntrap', { gas: 1n }, block).gas).toEqual({ for: 'block', price: 2n, left: 1n })
    const memset = profile('gp-0.7.2', { instructionSet: 'latest64' })
    const bytes = { for: 'byte', price: 1n, left: 0n }
    expect(reasonOf('load_imm r9, 5\nmemset\ntrap', { gas: 2n }, memset).gas).toEqual(bytes)
    const host = hostWith(() => undefined, 50)
    const unpaid = reasonOf('load_imm r7, 5\necalli 3', { gas: 7n, host })
    expect(unpaid.gas).toEqual({ for: 'host-call', price: undefined, left: 5n })
    expect(unpaid.lastCall).toEqual({ index: 3n, name: 'three', pc: 3, gas: 5n, result: undefined })
  })

  it('knows who is to blame at an ecalli', () => {
    expect(reasonOf('ecalli 3')).toMatchObject({ kind: 'host-call', host: { index: 3n }, status: 'host' })
    expect(reasonOf('ecalli -1').host!.index).toBe(hostIndex64(-1))
    const panics = reasonOf('ecalli 3', { host: hostWith(() => HostAction.Panic) })
    expect(panics).toMatchObject({ kind: 'host-panic', message: 'ecalli 3: host call 3 (three) ended it' })
    expect(reasonOf('ecalli 3', { host: hostWith(() => HostAction.Halt) }).kind).toBe('halted-by-host')
    const throws = hostWith(() => {
      throw new Error('no disk')
    })
    const failed = reasonOf('ecalli 3', { host: throws })
    expect(failed).toMatchObject({ kind: 'host-error', message: 'ecalli 3: host call 3 (three) failed: no disk' })
    expect(failed.host!.error).toBeInstanceOf(Error)
    const wild = hostWith(() => {
      throw new Error('no\u001b[2J\nPASSED')
    })
    expect(reasonOf('ecalli 3', { host: wild }).message).toMatch(/failed: no \[2J PASSED$/)
    const nothing = hostWith(() => {
      throw Object.create(null)
    })
    expect(reasonOf('ecalli 3', { host: nothing }).message).toMatch(/failed: object$/)
  })

  it('a HostCallError has it, also when the machine is gone', () => {
    const { program } = programOf('load_imm r8, 77\necalli 3\ntrap')
    const boom = new Error('no disk')
    const throws = hostWith(vm => {
      vm.regs[9] = 5n
      throw boom
    })
    for (const kind of ENGINES) {
      const vm = createEngine({ kind }).instantiate(program, { gas: 100n, host: throws })
      let error: unknown
      try {
        vm.run()
      } catch (caught) {
        error = caught
      }
      const then = explainExit(vm)
      const { host, ...reason } = explainHostError(error as HostCallError)
      expect(then).toMatchObject({ kind: 'host-error', pc: 3 })
      expect(reason.message).toBe('ecalli 3: host call 3 failed: no disk')
      expect(reason.instruction).toEqual(then.instruction)
      expect([host!.error, host!.index, reason.kind, reason.status]).toEqual([boom, 3n, 'host-error', 'panic'])
      vm.regs[8] = 1n
      vm.dispose()
      expect(explainHostError(error as HostCallError).instruction!.reads).toContainEqual({ register: 8, value: 77n })
      expect(explainHostError(error as HostCallError).instruction!.reads).toContainEqual({ register: 9, value: 5n })
    }
    expect(() => explainHostError(boom as never)).toThrow('error: expected a HostCallError')
  })

  it('remembers the last call that returned', () => {
    const host = hostWith(vm => {
      vm.regs[7] = 77n
    }, 2)
    const { kind, lastCall } = reasonOf('ecalli 3\nload_imm r1, 1\ntrap', { host })
    expect({ kind, lastCall }).toEqual({
      kind: 'trap',
      lastCall: { index: 3n, name: 'three', pc: 0, gas: 99n, result: 77n },
    })
  })

  it('says so when the machine was changed since', () => {
    const vm = createEngine().instantiate(programOf('load_u8 r7, [0x40000]').program, { gas: 9n })
    expect(explainExit(vm).kind).toBe('running')
    vm.run()
    expect(explainExit(vm).kind).toBe('access')
    vm.memory.protect(0x40, 1, Access.Read)
    expect(explainExit(vm)).toMatchObject({ kind: 'changed', access: undefined })
    vm.dispose()
    expect(() => explainExit(vm)).toThrow(TypeError)
  })

  it('takes names and lines from symbols', () => {
    const { program } = programOf('load_imm r7, 5\ntrap')
    const vm = createEngine().instantiate(program, { gas: 9n })
    vm.run()
    const line = { function: 'inner', path: 'a.c', line: 4, column: undefined }
    const symbols = {
      functions: [],
      names: new Map(),
      functionAt: () => ({ name: 'main', start: 0, end: 9 }),
      sourceAt: () => [line],
    }
    expect(formatPlace(explainExit(vm, { symbols }).place!)).toBe('main + 3, in a.c:4 inner')
    expect(explainExit(vm).place).toBeUndefined()
    expect(formatPlace({ function: 'a\u001b[2J\nb', offset: 0, lines: [] })).toBe('a [2J b')
    vm.dispose()
  })
})

/** What a reason has to say of an exit. */
function contradiction(vm: Vm, { kind, access, gas }: ExitReason): string | undefined {
  switch (vm.exit) {
    case Exit.PageFault:
      if (access === undefined) return `a page fault is ${kind}`
      return Math.floor(access.failing / 4096) * 4096 === vm.exitArg ? undefined : `the page of ${access.failing}`
    case Exit.Panic:
      return kind === 'changed' || kind === 'running' ? `a panic is ${kind}` : undefined
    case Exit.OutOfGas:
      return gas === undefined ? 'no gas' : undefined
    default:
      return undefined
  }
}

describe('explainExit on generated programs', () => {
  it('is the same on all engines at every exit, and agrees with it', { timeout: 120_000 }, () => {
    const seen = new Map<string, number>()
    for (let index = 0; index < 150; index++) {
      const fuzz = generateCase('reasons', index, { plain: true, entries: 12, gas: 400, hugeGas: 0 })
      withTiers(fuzz, () => {
        let vms: Vm[]
        try {
          const program = programOfCase(fuzz)
          vms = ENGINES.map(kind => {
            const log: HostLog = { calls: 0, sinceStart: 0, digest: 0 }
            return createEngine({ kind }).instantiate(program, { ...optionsOf(fuzz, log), hostErrors: 'panic' })
          })
        } catch (error) {
          if (error instanceof BlobError) return
          throw error
        }
        for (const entry of fuzz.entries) {
          for (const vm of vms) enter(vm, entry)
          for (let exits = 0; exits < 3; exits++) {
            const reasons = vms.map(vm => {
              attempt(vm, 0)
              const reason = explainExit(vm)
              expect(contradiction(vm, reason), `${fuzz.label}, ${vm.kind}: ${reason.message}`).toBeUndefined()
              return reason
            })
            for (const reason of reasons) expect(reason, fuzz.label).toEqual(reasons[0])
            const { kind, access, jump, gas } = reasons[0]!
            const name = `${kind} ${access?.why ?? jump?.why ?? gas?.for ?? ''}`.trimEnd()
            seen.set(name, (seen.get(name) ?? 0) + 1)
          }
        }
        for (const vm of vms) vm.dispose()
      })
    }
    const often = [...seen.keys()]
    for (const name of ['access zone', 'access not-mapped', 'access read-only', 'jump no-block', 'trap', 'returned']) {
      expect(often).toContain(name)
    }
    for (const name of ['out-of-gas instruction', 'out-of-gas block', 'host-call', 'no-code'])
      expect(often).toContain(name)
  })
})
