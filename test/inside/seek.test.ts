// Searches that do not look at every instruction find what those find that do, and leave nothing behind in the machine.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type HostTable,
  type Profile,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { createHistory, type History, lastWrite, type Sought, snapshot, type Watched } from '../../src/inside/index.ts'
import { soughtIn, writesTo } from '../../src/inside/watch.ts'
import { programOf } from '../suite/cases.ts'

const ENGINES = availableEngines().filter(kind => kind !== 'reference')
const W = 0x20000
const PAGES = [
  { address: W, length: 8192, access: Access.Write },
  { address: W + 8192, length: 4096, access: Access.Read },
]

/** Stores of all widths, aligned and not, over a page end, on untouched pages; loads; calls that write and change rights. */
const TEXT = `    load_imm r9, 0
    fallthrough
@a:
    add_imm_64 r9, r9, 1
    store_u64 [0x20008], r9
    store_u16 [0x20fff], r9
    load_u32 r5, [0x2000a]
    store_ind_u8 [r10 + 0x20000], r9
    add_imm_64 r10, r10, 129
    and r10, r10, r11
    ecalli 0
    load_u8 r6, [0x22010]
    store_u32 [0x21010], r6
    ecalli 1
    move_reg r4, r5
    branch_lt_u r9, r8, @a
    store_u8 [0x22010], r1
    trap`

const host = (): HostTable => {
  let count = 0
  const calls = [
    (vm: Vm) => {
      count += 1
      if (count % 7 === 0) vm.memory.writeU16(W + 100, count)
      vm.regs[3] = BigInt(count)
    },
    (vm: Vm) => {
      if (count % 5 === 0) vm.memory.protect(W / 4096 + 1, 1, count % 2 === 0 ? Access.None : Access.Write)
      vm.memory.protect(W / 4096 + 1, 1, Access.Write)
    },
  ]
  return { entry: index => calls[index] && { name: `f${index}`, price: 1, call: calls[index] } }
}

const START: StartOptions = {
  gas: 1_000_000n,
  pages: PAGES,
  regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 300n, 0n, 0n, 0xfffn],
}

function begin(kind: (typeof ENGINES)[number], rules: Profile): History {
  const { program } = programOf(TEXT, rules)
  return createHistory({ engine: createEngine({ kind }), program, start: { ...START, host: host() } })
}

/** The same by looking at every instruction. */
function slowly(history: History, from: number, to: number, watched: Watched): number | undefined {
  const finder = writesTo(watched)
  let found: number | undefined
  history.scan(from, to, {
    event: (event, time) => {
      if (finder.event(event)) found ??= time
      return false
    },
    call: (call, time) => {
      if (finder.call(call)) found ??= time
      return false
    },
  })
  return found !== undefined && history.failedAt(found) ? undefined : found
}

function stateOf(vm: Vm): object {
  const { rights, pages, pc, gas, charged } = snapshot(vm)
  return {
    rights,
    pages: [...pages].map(([page, bytes]) => `${page}:${bytes.join()}`),
    pc,
    gas,
    charged,
    regs: [...vm.regs],
  }
}

const TARGETS: readonly Watched[] = [
  { register: 9 },
  { register: 3 },
  { register: 4 },
  { register: 12 },
  { address: W + 8, length: 8 },
  { address: W + 12, length: 1 },
  { address: W + 100, length: 2 },
  { address: W + 101, length: 1 },
  { address: W + 4095, length: 1 },
  { address: W + 4096, length: 1 },
  { address: W + 0x1012, length: 1 },
  { address: W + 0x2010, length: 1 },
  { address: W + 0x800, length: 64 },
  { address: 0, length: 4096 },
  { address: 2 ** 32 - 8, length: 8 },
]

describe.each(ENGINES)('seek on %s', kind => {
  it.each(['gp-0.7.2', 'gp-0.8.0', 'polkavm'] as const)(
    'finds what looking at each instruction finds, %s',
    rules => {
      const [history, plain] = [begin(kind, profile(rules)), begin('interpreter', profile(rules))]
      plain.toEnd()
      const end = plain.time
      expect(end).toBeGreaterThan(3000)
      const random = new Random(11)
      let sightings = 0
      // Forwards where nobody has been yet, then anywhere.
      for (let i = 0; i < 160; i++) {
        const watched = TARGETS[i % TARGETS.length]!
        const from = i < 30 ? history.frontier : random.below(end)
        const to = Math.min(end, from + 1 + random.below(i % 3 === 0 ? end : 400))
        const found = history.seek(from, to, soughtIn(watched, 2)!)
        const expected = slowly(plain, from, to, watched)
        const time = found === undefined || history.failedAt(found.time) ? undefined : found.time
        expect([i, time]).toEqual([i, expected])
        if (found === undefined) continue
        sightings += 1
        const now = found.time + (found.call === undefined ? 0 : 1)
        expect(history.time).toBe(now)
        plain.goto(now)
        expect(stateOf(history.vm)).toEqual(stateOf(plain.vm))
        history.goto(Math.min(end, now + random.below(50)))
        plain.goto(history.time)
        expect(stateOf(history.vm)).toEqual(stateOf(plain.vm))
        expect(history.kind).toBe(kind)
      }
      expect(sightings).toBeGreaterThan(40)
      for (const target of TARGETS) {
        for (const before of [end, 2500, 77, 1, 0]) {
          let expected: number | undefined
          for (let at = before; expected === undefined && at > 0; at -= 200) {
            for (let from = Math.max(0, at - 200); ; ) {
              const one = slowly(plain, from, at, target)
              if (one === undefined) break
              expected = one
              from = one + 1
            }
          }
          expect(lastWrite(history, target, before)?.time).toBe(expected)
        }
      }
      history.dispose()
      plain.dispose()
    },
    60_000,
  )

  it('stops at places and at reads', () => {
    const history = begin(kind, profile('gp-0.7.2'))
    const { labels } = programOf(TEXT, profile('gp-0.7.2'))
    const sought: Sought = { pcs: [labels.get('a')!], registers: 0, memory: undefined, call: () => false }
    const times: number[] = []
    for (let from = 0; times.length < 300; from = times.at(-1)! + 1) {
      const found = history.seek(from, 10 ** 6, sought)
      if (found === undefined) break
      expect(history.vm.pc).toBe(labels.get('a'))
      times.push(found.time)
    }
    expect(times).toEqual(Array.from({ length: 300 }, (_, i) => 2 + 13 * i))
    const reads = history.seek(0, 10 ** 6, soughtIn({ address: W + 11, length: 1 }, 1)!)
    expect(reads?.time).toBe(5)
    expect(history.seek(0, 10 ** 6, soughtIn({ address: W + 0x2010, length: 1 }, 1)!)?.time).toBe(10)
    history.dispose()
  })

  it('says what it cannot', () => {
    const history = begin(kind, profile('gp-0.7.2'))
    const pcs = Array.from({ length: 17 }, (_, i) => i)
    expect(() => history.seek(0, 5, { pcs, registers: 0, memory: undefined, call: () => false })).toThrow(TypeError)
    history.dispose()
  })
})

it('the reference machine is looked at instruction by instruction', () => {
  const { program } = programOf('trap')
  const history = createHistory({ engine: createEngine({ kind: 'reference' }), program, start: { gas: 1n } })
  expect(history.canSeek(soughtIn({ register: 1 }, 2)!)).toBe(false)
  expect(() => history.seek(0, 1, soughtIn({ register: 1 }, 2)!)).toThrow('scan')
  history.dispose()
})
