// Writes src/engine/recompiler/templates.gen.ts, which has what is the same in all compiled code: the glue, and all templates in one
// array, as core/recompiler/emit.c takes them. What is in them is in scripts/templates/: effects.ts, emit-memory.ts, pieces.ts, glue.ts.
// All of it is made ahead. To put 300 templates together cost every process that imports coulis 5 ms, and the others cost the first
// module of a process 2 ms.
import { HOLE_UNSIGNED, INSTRUCTION_ROOM, Piece, TEMPLATE_END } from '../src/core/contract.gen.ts'
import { KIND_OF } from '../src/engine/recompiler/facts.ts'
import { ASSIGNMENT, CONDITION } from './templates/effects.ts'
import { ACCESS, CHECK } from './templates/emit-memory.ts'
import { encodeGlue } from './templates/glue.ts'
import { PIECES } from './templates/pieces.ts'
import type { Template } from './templates/template.ts'

/** How many bytes an element becomes at most. */
const LONGEST = 10

/** How many bytes the code of a template has at most. */
function roomFor([, ...elements]: Template): number {
  return elements.reduce((sum, element) => sum + (element < HOLE_UNSIGNED ? 1 : LONGEST), 0)
}

/**
 * An array that begins with where each template is: code and condition by id, checks by id and way, then the pieces. Behind that
 * stand the templates.
 */
export function collectTemplates(): Uint16Array {
  const body = Array.from(KIND_OF, (kind, id) => (kind === 'load' || kind === 'store' ? ACCESS[id]! : ASSIGNMENT[id]!))
  const pieces = (Object.keys(Piece) as (keyof typeof Piece)[]).map(name => PIECES[name])
  const all: readonly Template[] = [...body, ...CONDITION, ...CHECK, ...pieces]
  const elements: number[] = []
  const places = new Map<string, number>()
  const index = all.map(template => {
    if (2 * roomFor(template) > INSTRUCTION_ROOM)
      throw new Error('a template has more code than core/recompiler/emit.c has room for')
    const key = template.join()
    let at = places.get(key)
    if (at === undefined) {
      at = all.length + elements.length
      places.set(key, at)
      elements.push(...template, TEMPLATE_END)
    }
    return at
  })
  if (all.length + elements.length > TEMPLATE_END) throw new Error('there are more templates than 16 bits can number')
  return Uint16Array.from([...index, ...elements])
}

function constant(name: string, what: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('hex')
    .match(/.{1,116}/g)!
  return [`/** ${what}, in hex. */`, `export const ${name}: string = \``, ...lines, '`', ''].join('\n')
}

/** The text of templates.gen.ts. */
export function generateTemplates(): string {
  return [
    '// Made by `npm run core` from effects.ts, emit-memory.ts, pieces.ts and glue.ts. Do not edit.',
    constant('TEMPLATES_HEX', 'The templates of all code, 16-bit numbers', new Uint8Array(collectTemplates().buffer)),
    constant('GLUE_HEX', 'The glue module', encodeGlue()),
  ].join('\n')
}
