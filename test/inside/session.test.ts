// Breakpoints, watchpoints, steps and the past, asked of every engine.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  Access,
  availableEngines,
  createEngine,
  Exit,
  HostAction,
  type HostTable,
  loadProgram,
  profile,
} from '../../src/index.ts'
import {
  bisect,
  callStack,
  createHistory,
  type History,
  lastWrite,
  logAt,
  Session,
  type Stop,
  writeChain,
} from '../../src/inside/index.ts'
import { symbolsOfText } from '../../src/program/symbols.ts'
import { programOf } from '../suite/cases.ts'

const ENGINES = availableEngines()
const W = 0x20000
const PAGES = [{ address: W, length: 8192, access: Access.Write }]

/** Line by line, so that lines can be named: main calls outer, outer calls inner three times. */
const TEXT = `.jump_table @halted, @after_outer, @after_inner
    load_imm r8, 3
    load_imm_jump r1, &after_outer, @outer
@after_outer:
    store_u64 [0x20020], r7
    trap
@halted:
    trap
@outer:
    move_reg r2, r1
    fallthrough
@again:
    load_imm_jump r1, &after_inner, @inner
@after_inner:
    add_imm_64 r8, r8, -1
    branch_ne_imm r8, 0, @again
    jump_ind r2
@inner:
    load_u64 r6, [0x20008]
    add_64 r6, r6, r8
    store_u64 [0x20008], r6
    ecalli 9
    move_reg r7, r6
    jump_ind r1`

function assembled(): ReturnType<typeof assemble> {
  return assemble(TEXT)
}

const host: HostTable = {
  entry: index =>
    index === 9
      ? {
          name: 'nine',
          price: 3,
          call: vm => {
            vm.memory.writeU8(W + 64, Number(vm.regs[8]))
          },
        }
      : undefined,
}

function sessionOn(kind: (typeof ENGINES)[number]): {
  session: Session
  history: History
  at: (label: string) => number
} {
  const text = assembled()
  const program = loadProgram(text.bytes, { kind: text.kind })
  const engine = createEngine({ kind })
  const history = createHistory({ engine, program, start: { gas: 10_000n, pages: PAGES, host } })
  const at = (label: string): number => text.labels.get(label)!
  return { session: new Session(history, symbolsOfText(text, 'text.pvm')), history, at }
}

const kindsOf = (stops: readonly Stop[]): string[] => stops.map(({ kind }) => kind)

describe.each(ENGINES)('a session on %s', kind => {
  it('stops at breakpoints, forwards and backwards, at the same times', () => {
    const { session, history, at } = sessionOn(kind)
    const breakpoint = session.breakAt(at('inner'))
    const times: number[] = []
    for (;;) {
      const stop = session.continue()
      if (stop.kind !== 'breakpoint') {
        expect(stop).toMatchObject({ kind: 'end', end: { exit: Exit.Panic } })
        break
      }
      expect(session.vm.pc).toBe(at('inner'))
      times.push(history.time)
    }
    expect(times).toHaveLength(3)
    expect(breakpoint.hits).toBe(3)
    for (const time of times.toReversed()) {
      expect(session.reverseContinue().kind).toBe('breakpoint')
      expect(history.time).toBe(time)
    }
    expect(session.reverseContinue().kind).toBe('start')
    expect(history.time).toBe(0)
    breakpoint.enabled = false
    expect(session.continue().kind).toBe('end')
    expect(session.continue().kind).toBe('end')
    history.dispose()
  })

  it('asks the condition of a breakpoint', () => {
    const { session, history, at } = sessionOn(kind)
    session.breakAt(at('inner'), { condition: vm => vm.regs[8] === 2n })
    expect(session.continue().kind).toBe('breakpoint')
    expect(session.vm.regs[8]).toBe(2n)
    expect(session.continue().kind).toBe('end')
    expect(session.reverseContinue().kind).toBe('breakpoint')
    expect(session.vm.regs[8]).toBe(2n)
    expect(session.reverseContinue().kind).toBe('start')
    history.dispose()
  })

  it('stops behind writes of memory, before them on the way back, with the values', () => {
    const { session, history } = sessionOn(kind)
    session.watch({ address: W + 8, length: 8 })
    const seen: [bigint | undefined, bigint | undefined][] = []
    for (let stop = session.continue(); stop.kind === 'watchpoint'; stop = session.continue()) {
      seen.push([stop.before, stop.after])
      expect(session.vm.memory.readU64(W + 8)).toBe(stop.after)
    }
    expect(seen).toEqual([
      [0n, 3n],
      [3n, 5n],
      [5n, 6n],
    ])
    const back: typeof seen = []
    for (let stop = session.reverseContinue(); stop.kind === 'watchpoint'; stop = session.reverseContinue()) {
      back.push([stop.before, stop.after])
      expect(session.vm.memory.readU64(W + 8)).toBe(stop.before)
      expect(session.vm.pc).toBe(stop.pc)
    }
    expect(back).toEqual(seen.toReversed())
    history.dispose()
  })

  it('sees what host calls write, loads, and writes of registers', () => {
    const { session, history, at } = sessionOn(kind)
    const byHost = session.watch({ address: W + 64, length: 1 })
    const first = session.continue()
    expect(first).toMatchObject({ kind: 'watchpoint', breakpoint: byHost, before: 0n, after: 3n })
    expect(first.kind === 'watchpoint' && first.call?.name).toBe('nine')
    session.remove(byHost.id)
    const reads = session.watch({ address: W + 12, length: 1 }, 'read')
    expect(session.continue()).toMatchObject({ breakpoint: reads, pc: at('inner') })
    session.remove(reads.id)
    session.watch({ register: 8 })
    expect(session.continue()).toMatchObject({ kind: 'watchpoint', pc: at('after_inner'), before: 2n, after: 1n })
    history.dispose()
  })

  it('steps into, over and out of calls, and the same backwards', () => {
    const { session, history, at } = sessionOn(kind)
    const line = (): number => Number(session.lineAt(session.vm.pc)!.split(':')[1])
    const lines: number[] = [line()]
    expect(session.stepInto().kind).toBe('step')
    lines.push(line())
    expect(session.stepInto().kind).toBe('step') // into outer
    lines.push(line())
    expect(session.vm.pc).toBe(at('outer'))
    expect(session.callStack()).toMatchObject([{ entry: at('outer'), back: at('after_outer') }])
    session.breakAt(at('inner'))
    session.continue()
    expect(session.callStack().map(({ entry }) => entry)).toEqual([at('outer'), at('inner')])
    const inside = history.time
    expect(session.stepOut().kind).toBe('step')
    expect(session.vm.pc).toBe(at('after_inner'))
    session.reverseStepOver() // over the call
    expect(session.vm.pc).toBe(at('again'))
    history.goto(inside)
    session.reverseStepOut()
    expect(session.vm.pc).toBe(at('again'))
    for (const { id } of session.breakpoints) session.remove(id)
    session.stepOver()
    expect(session.vm.pc).toBe(at('after_inner'))
    const here = history.time
    session.reverseStepInto() // back into inner, to its last line
    expect(session.lineAt(session.vm.pc)).not.toBe(session.lineAt(at('again')))
    expect(session.callStack()).toHaveLength(2)
    history.goto(here)
    session.stepOut()
    expect(session.vm.pc).toBe(at('after_outer'))
    expect(session.callStack()).toEqual([])
    session.reverseStepOver()
    session.reverseStepOver()
    expect([line(), history.time]).toEqual([lines[0], 0])
    expect(session.reverseStepOver().kind).toBe('start')
    expect(session.stepOut().kind).toBe('end')
    history.dispose()
  })

  it('a breakpoint inside of what is stepped over stops there', () => {
    const { session, history, at } = sessionOn(kind)
    session.stepInto()
    session.breakAt(at('inner'))
    expect(session.stepOver().kind).toBe('breakpoint')
    expect(session.vm.pc).toBe(at('inner'))
    history.dispose()
  })

  it('steps by instructions', () => {
    const { session, history } = sessionOn(kind)
    expect(kindsOf([session.stepInstruction(), session.stepInstruction(4)])).toEqual(['step', 'step'])
    expect(history.time).toBe(5)
    expect(session.reverseStepInstruction(2).kind).toBe('step')
    expect(history.time).toBe(3)
    session.reverseStepInstruction(10)
    expect([history.time, session.reverseStepInstruction().kind]).toEqual([0, 'start'])
    expect(session.stepInstruction(10 ** 6).kind).toBe('end')
    expect(session.stepInstruction().kind).toBe('end')
    history.dispose()
  })

  it('finds the last write and where the value came from', () => {
    const { session, history, at } = sessionOn(kind)
    history.toEnd()
    const end = history.time
    const write = lastWrite(history, { address: W + 0x20, length: 8 })
    expect(write).toMatchObject({ pc: at('after_outer'), by: 'instruction' })
    expect(history.time).toBe(end)
    const chain = writeChain(history, { address: W + 0x20, length: 8 })
    expect(chain.map(({ text }) => text)).toEqual(['store_u64 [0x20020], r7', 'move_reg r7, r6', 'add_64 r6, r6, r8'])
    expect(lastWrite(history, { address: W + 64, length: 1 })).toMatchObject({
      by: 'host-call',
      call: { name: 'nine' },
    })
    expect(lastWrite(history, { address: W + 512, length: 8 })).toBeUndefined()
    expect(lastWrite(history, { register: 12 })).toBeUndefined()
    expect(lastWrite(history, { register: 8 })).toMatchObject({ pc: at('after_inner') })
    // As simple as it can be: look at all of it.
    for (const target of [{ register: 6 }, { register: 1 }, { address: W + 10, length: 1 }]) {
      for (const before of [end, 20, 11, 4]) {
        let found: number | undefined
        const matches = (register: number, address: number, width: number): boolean =>
          'register' in target ? register === target.register : address <= W + 10 && address + width > W + 10
        history.scan(0, before, {
          event: ({ register, access, address, width }, time) => {
            if (matches(register, access === 'store' ? address : 0, width)) found = time
            return false
          },
        })
        expect(lastWrite(history, target, before)?.time).toBe(found)
      }
    }
    expect(session.vm.pc).toBeTypeOf('number')
    history.dispose()
  })

  it('a store that fails has written nothing, and stops no watchpoint', () => {
    const program = loadProgram(
      assemble('store_imm_u8 [0x20000], 1\nstore_imm_u8 [0x20fff], 2\nstore_u16 [0x21fff], r7').bytes,
    )
    const pages = [
      { address: W, length: 4096, access: Access.Write },
      { address: W + 4096, length: 4096, access: Access.Read },
    ]
    const history = createHistory({ engine: createEngine({ kind }), program, start: { gas: 100n, pages } })
    const session = new Session(history)
    session.watch({ address: W + 8191, length: 1 })
    expect(session.continue()).toMatchObject({ kind: 'end', end: { time: 3 } })
    expect(lastWrite(history, { address: W + 8191, length: 1 })).toBeUndefined()
    expect(session.reverseContinue().kind).toBe('start')
    history.dispose()
  })

  it('prints after the fact', () => {
    const { session, history, at } = sessionOn(kind)
    history.toEnd()
    const entries = logAt(history, at('inner'), vm => [vm.regs[8], vm.memory.readU64(W + 8)])
    expect(entries.map(({ value }) => value)).toEqual([
      [3n, 0n],
      [2n, 3n],
      [1n, 5n],
    ])
    expect(entries[0]).toMatchObject({ pc: at('inner'), time: 5 })
    expect(logAt(history, at('inner'), () => 1, 2)).toHaveLength(2)
    expect(session.history.time).toBe(history.end!.time)
    history.dispose()
  })

  it('runs that end otherwise are not alike', () => {
    const { program } = programOf('load_imm r7, 1\necalli 0\ntrap')
    const ended = (outcome: HostAction): History => {
      const answering: HostTable = { entry: () => ({ name: 'end', price: 0, call: () => outcome }) }
      const history = createHistory({ engine: createEngine({ kind }), program, start: { gas: 10n, host: answering } })
      history.toEnd()
      return history
    }
    const [halts, panics, again] = [HostAction.Halt, HostAction.Panic, HostAction.Halt].map(ended)
    expect(bisect(halts!, panics!)).toEqual({ time: 2, fields: ['end'] })
    expect(bisect(halts!, again!)).toBeUndefined()
    for (const one of [halts, panics, again]) one!.dispose()
  })

  it('finds where two runs part', () => {
    const [a, b] = [sessionOn(kind), sessionOn('reference')]
    a.history.toEnd()
    b.history.toEnd()
    expect(bisect(a.history, b.history)).toBeUndefined()
    b.history.goto(13)
    b.history.edit(vm => {
      vm.memory.writeU8(W + 100, 1)
    })
    b.history.toEnd()
    expect(bisect(a.history, b.history)).toEqual({ time: 12, fields: ['memory at 0x20064'] })
    // One that has not come so far has not ended otherwise.
    const c = sessionOn('interpreter')
    c.history.goto(20)
    expect(bisect(a.history, c.history)).toBeUndefined()
    expect(bisect(c.history, a.history)).toBeUndefined()
    c.history.dispose()
    a.history.dispose()
    b.history.dispose()
  })

  it('refuses what is no place', () => {
    const { session, history, at } = sessionOn(kind)
    expect(() => session.breakAt(at('inner') + 1)).toThrow(RangeError)
    expect(() => session.breakAt(2 ** 32)).toThrow(RangeError)
    expect(() => session.watch({ register: 13 })).toThrow('register')
    expect(() => session.watch({ address: -1, length: 1 })).toThrow('address')
    expect(() => session.watch({ address: 2 ** 32 - 1, length: 2 })).toThrow('length')
    expect(() => session.watch({ register: 1 }, 'read')).toThrow('register')
    expect(session.remove(77)).toBe(false)
    history.dispose()
  })
})

describe('under block models', () => {
  it.each(['gp-0.8.0', 'polkavm'] as const)('%s: memset and blocks are no obstacle', rules => {
    const { instructionSet } = profile(rules)
    const text =
      rules === 'polkavm'
        ? 'load_imm r7, 0x20000\nload_imm r8, 7\nload_imm r9, 100\nmemset\nload_u8 r6, [0x20063]\ntrap'
        : 'load_imm r7, 5\nstore_u8 [0x20063], r7\ntrap'
    const { bytes } = assemble(text, { instructionSet })
    const program = loadProgram(bytes, { kind: 'raw', profile: rules })
    const history = createHistory({ engine: createEngine(), program, start: { gas: 10_000n, pages: PAGES } })
    history.toEnd()
    expect(lastWrite(history, { address: W + 99, length: 1 })?.time).toBe(rules === 'polkavm' ? 3 : 1)
    expect(lastWrite(history, { address: W + 100, length: 1 })).toBeUndefined()
    if (rules === 'polkavm') expect(lastWrite(history, { register: 9 })?.time).toBe(3)
    expect(callStack(history)).toEqual([])
    history.dispose()
  })
})
