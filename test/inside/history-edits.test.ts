// A run that was changed by hand, or went on behind a stop: repetitions are what the run was. Every engine.
import { describe, expect, it } from 'vitest'
import { Access, availableEngines, createEngine, Exit, type Vm } from '../../src/index.ts'
import { createHistory, lastWrite, snapshot } from '../../src/inside/index.ts'
import { programOf } from '../suite/cases.ts'

const W = 0x20000
const PAGES = [{ address: W, length: 8192, access: Access.Write }]

/** What can be seen of a machine, in a text. */
function stateOf(vm: Vm): string {
  const { pages, pc, gas, gasUsed } = snapshot(vm)
  const contents = [...pages].map(([page, bytes]) => `${page}=${bytes.join(',')}`)
  return [pc, gas, gasUsed, ...vm.regs, ...contents].join(' ')
}

describe.each(availableEngines())('changes of a history on %s', kind => {
  const engine = createEngine({ kind })

  it.each([
    ['in the middle', 'trap', 50],
    ['where it panicked', 'trap', undefined],
    ['where it halted', 'load_imm r0, -65536\njump_ind r0', undefined],
    ['where a page is missing', 'load_u8 r9, [0x50000]', undefined],
    ['where nobody answers a host call', 'ecalli 9\ntrap', undefined],
    ['where there was no more gas', '@more: jump @more', undefined],
  ])('what was changed %s is in every repetition: steps, scans, searches', (_, end, at) => {
    const { program } = programOf(`@a: add_imm_64 r7, r7, 1\nstore_u64 [${W}], r7\nbranch_lt_u_imm r7, 50, @a\n${end}`)
    const history = createHistory({ engine, program, start: { gas: 300n, pages: PAGES } })
    if (at === undefined) history.toEnd()
    else history.goto(at)
    const { time } = history
    history.edit(vm => {
      vm.regs[7] = 20n
      vm.pc = 0
      vm.gas = 200n
      vm.memory.writeU64(W + 8, 77n)
    })
    history.goto(time + 60)
    const { frontier } = history
    expect(frontier).toBe(time + 60)
    const states: string[] = []
    for (let t = 0; t <= frontier; t++) {
      history.goto(t)
      states.push(stateOf(history.vm))
    }
    const seen: (bigint | undefined)[] = []
    history.scan(0, frontier, {
      event: ({ register, after }, t) => {
        if (register === 7) seen[t] = after
        return false
      },
    })
    expect(stateOf(history.vm)).toBe(states[frontier])
    for (const [t, value] of seen.entries()) {
      history.goto(t)
      expect(value).toBe(
        history.vm.program.instructionAt(history.vm.pc)?.name === 'add_imm_64' ? history.vm.regs[7]! + 1n : undefined,
      )
    }
    // Across the change, in both directions.
    for (const [from, to] of [
      [time - 1, time],
      [time - 10, time + 10],
      [0, frontier],
      [frontier, time - 1],
    ]) {
      history.goto(from!)
      history.goto(to!)
      expect(stateOf(history.vm)).toBe(states[to!])
    }
    history.goto(frontier)
    const write = lastWrite(history, { address: W, length: 8 })!
    expect(write.time).toBeGreaterThan(time)
    const before = lastWrite(history, { address: W, length: 8 }, time)!
    expect(before.time).toBeLessThan(time)
    expect(stateOf(history.vm)).toBe(states[frontier])
    history.dispose()
  })

  it('what went on behind a stop is repeated so', () => {
    const { program } = programOf('@a: add_imm_64 r7, r7, 1\necalli 9\nbranch_lt_u_imm r7, 5, @a\ntrap')
    const history = createHistory({ engine, program, start: { gas: 1000n } })
    while (history.toEnd()?.exit === Exit.Host) history.goOn()
    const { frontier } = history
    expect(history.end?.exit).toBe(Exit.Panic)
    const forward: string[] = []
    for (let t = 0; t <= frontier; t++) {
      history.goto(t)
      forward.push(stateOf(history.vm))
    }
    let executed = 0
    history.scan(0, frontier, { event: () => ++executed < 0 })
    expect(executed).toBe(frontier)
    for (let t = frontier; t >= 0; t--) {
      history.goto(t)
      expect(stateOf(history.vm)).toBe(forward[t])
    }
    history.dispose()
  })
})
