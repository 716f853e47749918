// What C and TypeScript share is reached by the names of the contract alone: no index, address or offset of it is a number in the code.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VM } from '../../src/core/contract.gen.ts'
import { STATE } from '../../src/engine/machine/image.ts'

const ROOT = join(import.meta.dirname, '../..')

function linesOf(folder: string, extensions: RegExp): (readonly [file: string, line: string])[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && extensions.test(entry.name) && !entry.name.includes('.gen.'))
    .map(entry => join(entry.parentPath, entry.name))
    .flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map(line => [relative(ROOT, file), line.trim()] as const),
    )
}

const NUMBER = '(?:0x[\\da-f]+|\\d+)'
/** The views of a cell's whole memory and of the workspace's words, as the code calls them. */
const VIEW = '(?:u8|u16|u32|i32|s32|i64|u64|(?:decode|program|graph)Words\\([^)]*\\)|tables\\.words|[a-z]*\\.words)'
const POSITIONS: Readonly<Record<string, RegExp>> = {
  'a number as an index of a view of memory': new RegExp(`\\b${VIEW}\\[\\s*${NUMBER}\\s*\\]`),
  'a number added to a name in an index of a view': new RegExp(
    `\\b${VIEW}\\[(?=[^\\]]*[A-Z])[^\\]]*[+-] ${NUMBER}\\s*\\]`,
  ),
  'a view at a number': new RegExp(`new \\w+(?:Array|View)\\([^,()]*(?:buffer|memory)[^,()]*, ${NUMBER}\\b(?!\\s*\\))`),
  'a number added to an address or an offset of the contract': new RegExp(
    `\\b(?:AT_[A-Z]+|VM\\.\\w+|EVENT\\.\\w+) [+-] ${NUMBER}\\b(?! \\*)`,
  ),
  'a view of struct pvm that names no field': /new \w+(?:Array|View)\([^()]*, AT_VM,/,
  'a number given to the core as an address': new RegExp(`\\bcore\\.pvm_\\w+!?\\(${NUMBER}\\b(?!\\s*\\))`),
}

/** The halves of a number of 64 bits, and the words of the gate: only TypeScript reads and writes those, by these names. */
const KNOWN = new Set([
  'src/engine/interpreter/trace-event.ts: operands.xHigh = view.getInt32(EVENT.x + 4, true)',
  'src/engine/recompiler/runtime/gate.ts: left: AT_GATE + 4,',
  'src/engine/recompiler/runtime/gate.ts: patience: AT_GATE + 8,',
  'src/engine/recompiler/runtime/gate.ts: dispatch: AT_GATE + 12,',
  'src/engine/recompiler/runtime/gate.ts: jumps: AT_GATE + 16,',
  'src/engine/recompiler/runtime/gate.ts: paidPatience: AT_GATE + 20,',
])

/** Which rule a line breaks, if any. */
function broken(line: string): string | undefined {
  return Object.keys(POSITIONS).find(what => POSITIONS[what]!.test(line))
}

describe('no position is a number', () => {
  it('in TypeScript', () => {
    const wrong = linesOf('src', /\.ts$/).filter(
      ([file, line]) => !/^(\/\/|\/?\*)/.test(line) && broken(line) !== undefined && !KNOWN.has(`${file}: ${line}`),
    )
    expect(wrong.map(([file, line]) => `${file}: ${broken(line)}: ${line}`)).toEqual([])
  })

  it.each([
    'const pc = cell.u32[284]!',
    'cell.u32[0x11c] = 0',
    'u32[((AT_VM + VM.gas) >>> 2) + 1] = 0',
    'return cell.u32[EXIT + 1]!',
    'const found = graphWords(buffer)[3]!',
    'const { count } = graph.words[2]',
    'const view = new Uint32Array(memory.buffer, 0x3c0, 8)',
    'const view = new DataView(cell.memory.buffer, 1024, 8)',
    'const high = (AT_VM + VM.gas + 4) >>> 2',
    'this.regs = new BigUint64Array(buffer, AT_VM, 13)',
    'this.gas = new BigInt64Array(buffer, AT_VM + 104, 1)',
    'core.pvm_locate(1024, address)',
  ])('such as %s', line => {
    expect(broken(line)).toBeDefined()
  })

  it('in C: a word is read through a struct; the registers of an operand and the counters of a tally are the only casts', () => {
    const cast = /\*\((?:const )?(?:[us](?:8|16|32|64)|u?int\d+_t) ?\*\)/
    const found = linesOf('core', /\.[ch]$/).filter(([, line]) => cast.test(line))
    expect(found.map(([file, line]) => `${file}: ${line}`)).toEqual([
      'core/interpreter/interpreter.c: *(s64 *)AT(vm, (u32)rec->x) += 1;',
      'core/machine/vm.h: #define REG(o) (*(u64 *)(uintptr_t)(o))',
      'core/machine/vm.h: #define REG(o) (*(u64 *)((char *)vm + (o)))',
    ])
  })

  it('the words of a machine that an image keeps are those at the beginning of struct pvm', () => {
    const others = Object.keys(VM).filter(name => !STATE.includes(name as keyof typeof VM)) as (keyof typeof VM)[]
    const end = Math.min(...others.map(name => VM[name]))
    for (const name of STATE) expect(VM[name], name).toBeLessThan(end)
  })
})
