// Who wrote what last, and many steps at once, against looking at every instruction: random programs whose registers are written in
// some phases and not in others, with host calls that write registers, jump and take gas, sbrk, memset, long blocks and faults.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type EngineKind,
  Exit,
  type HostTable,
  type Profile,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { countGas, createHistory, type History, lastWrite, snapshot, type Watched } from '../../src/inside/index.ts'
import { writesTo } from '../../src/inside/watch.ts'
import { type Assembled, programOf } from '../suite/cases.ts'

const W = 0x20000
const PAGES = [{ address: W, length: 8192, access: Access.Write }]
const ENGINES = availableEngines().filter(kind => kind !== 'reference')
const SETS: readonly [string, Profile][] = [
  ['gp-0.7.2', profile('gp-0.7.2')],
  ['gp-0.8.0', profile('gp-0.8.0')],
  ['w3f-vectors', profile('w3f-vectors')],
  ['polkavm', profile('polkavm')],
  ['polkavm-0.37', profile('polkavm-0.37')],
  ['polkavm by instructions', profile('polkavm', { gasModel: 'instruction' })],
]

const hasMemset = ({ name }: Profile): boolean => name.startsWith('polkavm')
const hasSbrk = ({ name }: Profile): boolean => name !== 'gp-0.8.0'

/** A straight instruction, or some that belong together. */
function straight(random: Random, registers: readonly number[], rules: Profile): string {
  const to = `r${random.pick(registers)}`
  const from = `r${random.below(10)}`
  switch (random.below(hasMemset(rules) ? 12 : 11)) {
    case 0:
      return `store_ind_u8 [r10 + ${W + random.below(64)}], ${from}`
    case 1:
      return `store_u64 [${W + random.below(5000)}], ${from}`
    case 2:
      return `load_u32 ${to}, [${W + random.below(5000)}]`
    case 3:
      return `load_imm_64 ${to}, ${random.next()}${random.below(1000)}`
    case 4:
      return `ecalli ${random.below(4)}`
    case 5:
      return hasSbrk(rules) ? `load_imm r3, ${random.below(3)}\nsbrk r2, r3` : 'load_imm r3, 7'
    case 6:
      return `add_imm_64 r10, r10, 129\nand_imm r10, r10, 4095`
    case 7:
      return `move_reg ${to}, ${from}`
    case 11:
      return `load_imm r7, ${W + 100}\nload_imm r9, ${random.below(6)}\nmemset`
    default:
      return `add_64 ${to}, ${from}, r${random.below(10)}`
  }
}

/** A loop of blocks, one of them with more instructions than are decoded at once, others executed in few turns only. */
function textOf(random: Random, turns: number, rules: Profile): string {
  const lines = [`load_imm_64 r11, ${turns}`, 'load_imm r10, 0', 'fallthrough', '@top:']
  const blocks = random.between(3, 7)
  for (let block = 0; block < blocks; block++) {
    const isRare = block > 0 && random.chance(40)
    const count = random.chance(15) ? 1100 : random.between(1, 12)
    const registers = isRare
      ? [random.below(10), 12, random.below(10)]
      : Array.from({ length: 3 }, () => random.below(9))
    if (isRare) lines.push(`branch_ne_imm r11, ${random.between(1, turns)}, @skip${block}`)
    for (let i = 0; i < count; i++) {
      if (i === 1 && block === 1) lines.push('@mid:')
      lines.push(straight(random, count > 1000 ? [1, 4] : registers, rules))
    }
    lines.push('fallthrough', `@skip${block}:`)
    if (random.chance(40)) {
      lines.push(`load_imm_jump r0, 99, @f${block}`)
      lines.push(`@f${block}:`, straight(random, [0, 5], rules), 'fallthrough')
    }
  }
  lines.push('add_imm_64 r11, r11, -1', 'branch_ne_imm r11, 0, @top')
  lines.push(random.pick(['trap', `load_u8 r4, [${W + 90000}]`, 'store_u64 [0x10], r1', 'ecalli 77']), 'trap')
  return lines.join('\n')
}

/** Writes registers, memory and pages, jumps into the middle of a block, takes gas: the same each time it is made. */
function hostOf({ labels }: Assembled): HostTable {
  let count = 0
  const calls = [
    (vm: Vm) => {
      count += 1
      if (count % 11 === 0) vm.regs[count % 10] = BigInt(count)
    },
    (vm: Vm) => {
      const mid = labels.get('mid')
      count += 1
      if (count % 17 === 0 && mid !== undefined) vm.pc = mid
    },
    (vm: Vm) => {
      count += 1
      vm.chargeGas(count % 5)
      if (count % 7 === 0) vm.memory.writeU32(W + (count % 4000), count)
    },
    (vm: Vm) => {
      if (++count % 13 === 0) vm.memory.protect(W / 4096 + 1, 1, Access.Write)
    },
  ]
  return { entry: index => calls[index] && { name: `f${index}`, price: 1, call: calls[index] } }
}

/** A start whose gas is enough, or ends in the middle. */
const startOf = (random: Random): StartOptions => ({
  gas: random.chance(30) ? BigInt(random.between(1000, 40_000)) : 300_000n,
  pages: PAGES,
  regs: [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n],
})

function stateOf(vm: Vm): object {
  const { rights, pages, pc, gas, charged, regs } = snapshot(vm)
  return { rights, pages: [...pages].map(([page, bytes]) => `${page}:${bytes.join()}`), pc, gas, charged, regs }
}

const TARGETS: readonly Watched[] = [
  ...Array.from({ length: 13 }, (_, register) => ({ register })),
  { address: W + 100, length: 4 },
  { address: W + 4000, length: 200 },
]

/** Times at which each target was written, by looking at every instruction of the run so far. */
function writesOf(history: History): number[][] {
  const finders = TARGETS.map(writesTo)
  const times: number[][] = TARGETS.map(() => [])
  history.scan(0, history.frontier, {
    event: (event, time) => {
      for (const [i, finder] of finders.entries())
        if (finder.event(event) && !history.failedAt(time)) times[i]!.push(time)
      return false
    },
    call: (call, time) => {
      for (const [i, finder] of finders.entries()) {
        if (finder.call(call) && times[i]!.at(-1) !== time) times[i]!.push(time)
      }
      return false
    },
  })
  return times
}

function expectSame(history: History, writes: readonly number[][], random: Random): void {
  const end = history.frontier
  TARGETS.forEach((target, i) => {
    const last = writes[i]!.at(-1) ?? 0
    const first = writes[i]![0] ?? 0
    for (const before of [end, last, last + 1, first + 1, first, random.below(end + 1)]) {
      const from = Math.min(before, end)
      const expected = writes[i]!.findLast(time => time < from)
      expect([target, from, lastWrite(history, target, from)?.time]).toEqual([target, from, expected])
    }
  })
}

describe.each(SETS)('%s', (name, rules) => {
  it('the last write of each register and of memory, on all engines', () => {
    let found = 0
    for (let seed = 0; seed < 2; seed++) {
      const random = new Random(`last ${name}`, seed)
      const assembled = programOf(textOf(random, random.between(200, 900), rules), rules)
      const start = startOf(random)
      const value = BigInt(random.below(1000))
      const part = random.below(1000) / 1000
      const begin = (kind: EngineKind): History => {
        const host = hostOf(assembled)
        const { program } = assembled
        return createHistory({ engine: createEngine({ kind }), program, start: { ...start, host } })
      }
      const plain = begin('reference')
      plain.toEnd()
      const writes = writesOf(plain)
      const at = Math.floor(plain.frontier * part)
      const edit = (history: History): void => {
        history.goto(at)
        history.edit(vm => {
          vm.regs[12] = value
          const mid = assembled.labels.get('mid')
          if (value % 2n === 0n && mid !== undefined) vm.pc = mid
        })
        history.toEnd()
      }
      const histories = ENGINES.map(begin)
      for (const history of histories) {
        expect(history.toEnd()).toEqual(plain.end)
        expectSame(history, writes, random)
        expect(history.kind).toBe(ENGINES[histories.indexOf(history)])
        history.goto(random.below(plain.frontier))
      }
      found += writes.flat().length
      // Another future, from an edit on: its past is what it was.
      for (const history of histories) edit(history)
      const again = histories.map(writesOf)
      histories.forEach((history, i) => {
        expect(again[i]).toEqual(again[0])
        expect(history.end).toEqual(histories[0]!.end)
        again[i]!.forEach((times, target) => {
          expect(times.filter(time => time < at)).toEqual(writes[target]!.filter(time => time < at))
        })
        expectSame(history, again[0]!, random)
        history.dispose()
      })
      plain.dispose()
    }
    expect(found).toBeGreaterThan(2000)
  }, 240_000)

  it('many steps end in the middle of what is decoded in pieces', () => {
    const body = Array.from({ length: 1100 }, () => 'add_imm_64 r1, r1, 1').join('\n')
    const { program } = programOf(`@top:\n${body}\njump @top`, rules)
    const offsets = [0]
    while (program.instructionAt(offsets.at(-1)!)?.name !== 'jump') offsets.push(program.next(offsets.at(-1)!))
    const half = Math.floor(offsets.length / 2)
    const vm = createEngine({ kind: 'interpreter' }).instantiate(program, { gas: 10n ** 9n })
    vm.pc = offsets[half]!
    // Begun in the middle, the beginning of the block is decoded later, and goes on in what was decoded then.
    expect(vm.step(offsets.length - half)).toBe(Exit.Step)
    expect(vm.pc).toBe(0)
    let executed = 0
    for (let count = 8200; count < 9400; count += 7) {
      expect(vm.step(count)).toBe(Exit.Step)
      executed += count
      expect([count, vm.pc]).toEqual([count, offsets[executed % offsets.length]])
    }
    vm.dispose()
  })

  it('many steps at once lead to where single steps do', () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(`steps ${name}`, seed)
      const assembled = programOf(textOf(random, random.between(800, 2000), rules), rules)
      const start = startOf(random)
      const [fast, slow] = [random.pick(ENGINES), 'reference' as const].map(kind =>
        createEngine({ kind }).instantiate(assembled.program, { ...start, host: hostOf(assembled) }),
      ) as [Vm, Vm]
      const counters = seed % 2 === 0 ? [] : [countGas(fast), countGas(slow)]
      for (let round = 0; round < 12; round++) {
        const count = round % 3 === 0 ? random.between(8193, 9000) : random.between(9000, 40_000)
        const exit = fast.step(count)
        let expected: Exit = Exit.Step
        for (let left = count; left > 0 && expected === Exit.Step; left -= 1000)
          expected = slow.step(Math.min(1000, left))
        expect([seed, round, exit]).toEqual([seed, round, expected])
        expect(stateOf(fast)).toEqual(stateOf(slow))
        if (exit !== Exit.Step) break
        if (round % 4 === 1) expect(fast.run({ maxGas: 500n })).toBe(slow.run({ maxGas: 500n }))
      }
      const [a, b] = counters.map(counter => counter.counts())
      expect(a?.executions).toEqual(b?.executions)
      expect(a?.gas).toEqual(b?.gas)
      fast.dispose()
      slow.dispose()
    }
  }, 120_000)
})
