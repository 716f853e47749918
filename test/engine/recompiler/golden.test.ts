// The WebAssembly of small text programs, as text: golden/*.pvm beside golden/*.wat. `GOLDEN=write npx vitest run
// test/engine/recompiler/golden.test.ts` renews the texts; what changed is then to be read in the diff. A first line
// `; options: …` may say no-inline, tolerant (every access was misaligned often), or a profile.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Local } from '../../../scripts/templates/local.ts'
import { listCode } from '../../../src/blob/disassembly.ts'
import { textOf } from '../../../src/cli/wat.ts'
import { analyseProgram, compileRoots } from '../../../src/engine/recompiler/compile.ts'
import type { ProfileName } from '../../../src/program/profile.ts'
import { programOf } from './programs.ts'

const FOLDER = join(import.meta.dirname, 'golden')

/** An expression: its head, and what is inside. */
interface Tree {
  head: string
  readonly parts: Tree[]
}

function parse(text: string): Tree {
  const root: Tree = { head: '', parts: [] }
  const stack = [root]
  for (const [token] of text.matchAll(/[()]|[^()\s]+/g)) {
    const top = stack[stack.length - 1]!
    if (token === ')') stack.pop()
    else if (token === '(') {
      const tree: Tree = { head: '', parts: [] }
      top.parts.push(tree)
      stack.push(tree)
    } else if (top.parts.length === 0) top.head += top.head === '' ? token : ` ${token}`
    else top.parts.push({ head: token, parts: [] })
  }
  return root.parts[0]!
}

/** On one line where there is room, for the blocks of control flow never. */
function print(tree: Tree, indent = ''): string {
  if (tree.parts.length === 0 && !/^(local|unreachable|return|block|loop)\b/.test(tree.head)) return `(${tree.head})`
  const flat = `(${[tree.head, ...tree.parts.map(part => print(part))].join(' ')})`
  const control = /^(func|block|loop|if|then|else)\b/.test(tree.head)
  if (!control && indent.length + flat.length <= 120 && !flat.includes('\n')) return flat
  const inner = `${indent}  `
  return `(${[tree.head, ...tree.parts.map(part => inner + print(part, inner))].join('\n')})`
}

/** Names of the locals by number, as in emitter.ts. */
function nameOf(local: number): string {
  const names = Object.entries(Local).filter(([name, first]) => first <= local && name !== 'register')
  const register = local - Local.register
  if (register >= 0 && register < 13) return `$r${register}`
  const [name, first] = names.sort((a, b) => b[1] - a[1])[0]!
  return first === local && name !== 'group' && name !== 'pairs' ? `$${name}` : `$${name}${local - first}`
}

/** The exported functions: helpers, types and imports are the same in every module, and so are most locals. */
function exportedFunctions(wat: string): string[] {
  const roots = [...wat.matchAll(/^ \(export "(\d+)" \(func (\S+)\)\)/gm)]
  return roots.map(([, segment, name]) => {
    const begin = wat.indexOf(`\n (func ${name} `) + 1
    const tree = parse(wat.slice(begin, wat.indexOf('\n )\n', begin) + 3))
    const parts = tree.parts.filter(({ head }) => !/^(local|param|result) /.test(head))
    const text = print({ head: `func $root${segment}`, parts })
    return text.replace(/(local\.(?:get|set|tee)) \$(\d+)/g, (_, access, local) => `${access} ${nameOf(Number(local))}`)
  })
}

async function watOf(text: string): Promise<string> {
  const options = /^; options: (.*)$/m.exec(text)?.[1]?.split(' ') ?? []
  const rules = options.find(option => option !== 'no-inline' && option !== 'tolerant') ?? 'gp-0.7.2'
  const program = programOf(text, rules as ProfileName)
  const analysis = analyseProgram(program)
  if (options.includes('tolerant')) analysis.tolerant.fill(1)
  const roots = [...analysis.functions.start.subarray(0, -1)]
  const { bytes } = compileRoots(analysis, roots, { inline: !options.includes('no-inline') })
  expect(WebAssembly.validate(bytes as BufferSource)).toBe(true)
  const code = [...listCode(program)].map(({ pc, text: line }) => `;; ${`${pc}`.padStart(3)}  ${line}`)
  return [...code, ...exportedFunctions(await textOf(bytes)), ''].join('\n')
}

describe('the WebAssembly of', () => {
  const names = readdirSync(FOLDER).filter(name => name.endsWith('.pvm'))

  it.each(names)('%s', async name => {
    const wat = await watOf(readFileSync(join(FOLDER, name), 'utf8'))
    const file = join(FOLDER, name.replace(/\.pvm$/, '.wat'))
    if (process.env.GOLDEN === 'write') writeFileSync(file, wat)
    expect(wat).toBe(readFileSync(file, 'utf8'))
  })

  it('no text is left over', () => {
    const texts = readdirSync(FOLDER).filter(name => name.endsWith('.wat'))
    expect(texts).toEqual(names.map(name => name.replace(/\.pvm$/, '.wat')))
  })
})
