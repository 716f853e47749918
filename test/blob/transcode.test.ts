// Fuzz cases in the extended encoding are the same programs as with a bitmask, and compared like all others.
import { describe, expect, it } from 'vitest'
import { partsOfCase, programOfCase } from '../../src/fuzz/case.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { Emitter } from '../../src/fuzz/emit.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { generateAttack } from '../../src/fuzz/generate-attack.ts'
import { Random } from '../../src/fuzz/random.ts'
import { rulesFor } from '../../src/fuzz/rules.ts'
import { writeSegment } from '../../src/fuzz/segments.ts'
import { formatCase, parseCase } from '../../src/fuzz/text.ts'
import { toExtended } from '../../src/fuzz/transcode.ts'
import { Access, assemble, availableEngines, createEngine, Exit, profile } from '../../src/index.ts'
import { MACRO_BLOCK, PREFIX } from '../../src/isa/extended.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createProgram } from '../../src/program/program.ts'

const BITMASK = profile('w3f-vectors', { name: 'bitmask', instructionSet: 'latest64', gasModel: 'instruction' })
const EXTENDED = profile(BITMASK, { name: 'extended', instructionSet: 'latest64-0.37' })
const engine = createEngine({ kind: 'reference' })

describe('a program in the extended encoding', () => {
  it('does what it does with a bitmask, where nothing in it is wrong', () => {
    let [ended, far, prefixed] = [0, 0, 0]
    for (let index = 0; index < 150; index++) {
      const random = new Random('same', index)
      const emitter = new Emitter(random, instructionSet('latest64'), {
        wild: 0,
        exact: true,
        pages: [0x20],
        registers: [2, 3, 4, 5, 6, 7],
        gap: 0,
        hugeHeap: false,
      })
      const { writer } = emitter
      writer.place(writer.newLabel())
      for (let i = random.between(1, 40); i > 0; i--) writeSegment(emitter, true)
      writer.begin(emitter.opcode('trap'))
      const parts = writer.finish()
      const { parts: extended, moved } = toExtended(random, parts)
      if (extended.code.length > MACRO_BLOCK) far += 1
      if (extended.code.includes(PREFIX)) prefixed += 1
      const run = (which: typeof parts, rules: typeof BITMASK) => {
        const program = createProgram({ container: { kind: 'raw', parts: which }, profile: rules })
        const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]
        const vm = engine.instantiate(program, { gas: 5000n, pages, regs: [0xffff0000n, 0x20800n] })
        const exits: [Exit, number][] = []
        for (let i = 0; i < 10; i++) {
          const exit = vm.run()
          exits.push([exit, vm.exitArg])
          if (exit !== Exit.Host) break
        }
        return { exits, pc: vm.pc, regs: [...vm.regs], memory: vm.memory.view(0x20000, 4096)?.slice() }
      }
      const before = run(parts, BITMASK)
      const after = run(extended, EXTENDED)
      // Fillers of macro blocks are paid: what ends by its gas ends elsewhere.
      if (before.exits.some(([exit]) => exit === Exit.OutOfGas)) continue
      if (after.exits.some(([exit]) => exit === Exit.OutOfGas)) continue
      expect({ ...after, pc: 0 }, `${index}`).toEqual({ ...before, pc: 0 })
      expect(after.pc, `${index}`).toBe(moved(before.pc))
      ended += 1
    }
    expect([ended > 50, far > 20, prefixed > 20]).toEqual([true, true, true])
  })

  it('keeps what is wrong: undefined opcodes, jumps into instructions, an end without a terminator', () => {
    const { container } = assemble('.isa latest64\n.format raw\nload_imm r7, 5\njump 1\nload_imm r8, 1')
    const parts = (container as { parts: Parameters<typeof toExtended>[1] }).parts
    const code = parts.code.slice()
    code[0] = 255
    const program = createProgram({
      container: { kind: 'raw', parts: toExtended(new Random(1), { ...parts, code }).parts },
      profile: EXTENDED,
    })
    expect([...program.map.offsets].map(pc => program.instructionAt(pc)?.name)).toEqual(['trap', 'jump', 'trap'])
    expect(program.isBlockStart(program.operandsAt(1, 'off').target)).toBe(program.map.blockStart[1] === 1)
  })
})

describe.each(['latest64-0.37', 'latest32', 'revive-v1-strict'] as const)('cases of %s', isa => {
  const profiles = rulesFor(undefined, isa)!

  it('have that instruction set, and say the same on every engine', () => {
    const exits = new Set<string>()
    let instructions = 0
    for (let index = 0; index < 24; index++) {
      const fuzz =
        index % 4 === 3 ? generateAttack('set', index, profiles) : generateCase('set', index, { profiles, entries: 2 })
      expect(fuzz.profile.instructionSet).toBe(isa)
      if (isa === 'latest64-0.37') expect(partsOfCase(fuzz).encoding).toBe('extended')
      const outcome = driveCase(fuzz, availableEngines(), { memory: 'exits' })
      expect(outcome.finding, `${index}`).toBeUndefined()
      instructions += outcome.instructions
      exits.add(outcome.rejected ? 'rejected' : 'run')
    }
    expect(instructions).toBeGreaterThan(500)
    expect(exits.has('run')).toBe(true)
  })

  it('are the same ones every time, and read back from their text', () => {
    for (let index = 0; index < 12; index++) {
      const fuzz = generateCase('text', index, { profiles, raw: true })
      expect(generateCase('text', index, { profiles, raw: true })).toEqual(fuzz)
      try {
        programOfCase(fuzz)
      } catch {
        continue
      }
      const { fuzz: again } = parseCase(formatCase(fuzz, 'a case'))
      expect(partsOfCase(again).code, `${index}`).toEqual(partsOfCase(fuzz).code)
      expect({ ...again.profile, name: '' }).toEqual({ ...fuzz.profile, name: '' })
    }
  })
})

it('rules of one instruction set are the same objects each time', () => {
  expect(rulesFor(undefined, 'latest32')).toBe(rulesFor(undefined, 'latest32'))
  expect(rulesFor('gp-0.8.0', 'latest64-0.37')![0]).toMatchObject({
    hostCalls: 'gp-0.8.0',
    instructionSet: 'latest64-0.37',
  })
  expect(rulesFor('gp-0.8.0', undefined)).toEqual([profile('gp-0.8.0')])
  expect(rulesFor(undefined, undefined)).toBeUndefined()
})
