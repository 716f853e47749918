// Writes src/engine/recompiler/templates.gen.ts: the templates of instructions, of checks and of conditions, in one array as
// core/emit.c takes them. Not what is in them: src/engine/recompiler/effects.ts and emit-memory.ts. Made ahead, because
// putting 300 templates together costs every process that imports coulis 5 ms.
import { ASSIGNMENT, CONDITION } from '../src/engine/recompiler/effects.ts'
import { ACCESS, CHECK } from '../src/engine/recompiler/emit-memory.ts'
import { CLASS, Class } from '../src/engine/recompiler/facts.ts'
import type { Template } from '../src/engine/recompiler/template.ts'

/** As in core/emit.c: the end of a template. */
const END = 0xffff
/** Bytes an element becomes at most; bytes of an instruction there is room for. */
const LONGEST = 10
const ROOM = 0x1000

/** Where each template is, by id its code and its condition and by id and way its check; then the templates. */
export function collectTemplates(): Uint16Array {
  const body = Array.from(CLASS, (kind, id) =>
    kind === Class.Load || kind === Class.Store ? ACCESS[id]! : ASSIGNMENT[id]!,
  )
  const all: readonly Template[] = [...body, ...CONDITION, ...CHECK]
  const elements: number[] = []
  const places = new Map<string, number>()
  const index = all.map(template => {
    if (2 * LONGEST * template.length > ROOM) throw new Error('a template has more code than core/emit.c has room for')
    const key = template.join()
    let at = places.get(key)
    if (at === undefined) {
      at = all.length + elements.length
      places.set(key, at)
      elements.push(...template, END)
    }
    return at
  })
  if (all.length + elements.length > END) throw new Error('there are more templates than 16 bits can number')
  return Uint16Array.from([...index, ...elements])
}

/** The text of templates.gen.ts. */
export function generateTemplates(): string {
  const lines = Buffer.from(collectTemplates().buffer)
    .toString('base64')
    .match(/.{1,116}/g)!
  return [
    '// Made by `npm run core` from effects.ts and emit-memory.ts. Do not edit.',
    '/** The templates of straight code as core/emit.c takes them: 16-bit numbers in base64. */',
    'export const TEMPLATES_BASE64: string = `',
    ...lines,
    '`',
    '',
  ].join('\n')
}
