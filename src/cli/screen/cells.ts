// Text in the cells of a terminal: cut to columns, with attributes, without anything that a terminal would obey. Not what is shown.

/** How a piece of a line looks. */
export type Look = 'plain' | 'bold' | 'dim' | 'inverse' | 'here' | 'changed' | 'name'

/** This is a piece of a line. */
export interface Piece {
  readonly text: string
  readonly look?: Look
}

/** This is a line, from left to right. */
export type Line = readonly Piece[]

const CODES: Readonly<Record<Look, string>> = {
  plain: '',
  bold: '1',
  dim: '2',
  inverse: '7',
  here: '1;32',
  changed: '1;33',
  name: '36',
}
/** These are the same codes without colours. */
const BARE: Readonly<Record<Look, string>> = { ...CODES, here: '1', changed: '1', name: '' }

/** East Asian wide and full-width characters, and pictures: two cells each, as terminals have them. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NO_WIDTH = /[\p{M}\p{Cf}\u200b]/u

function cellsOf(character: string): number {
  if (NO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** The text without control characters, which would move the cursor or do worse: a guest may have written it. */
export function plainText(text: string): string {
  return text.replace(/\t/g, '  ').replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '·')
}

/** As much of a text as fits, and the cells it takes. */
function keptOf(text: string, room: number): readonly [text: string, cells: number] {
  let cells = 0
  let kept = ''
  for (const character of plainText(text)) {
    const width = cellsOf(character)
    if (cells + width > room) break
    kept += character
    cells += width
  }
  return [kept, cells]
}

/** This makes a line of exactly so many cells: it is cut, or filled with spaces. */
export function fitted(line: Line, columns: number): Piece[] {
  const pieces: Piece[] = []
  let left = columns
  for (const { text, look = 'plain' } of line) {
    if (left === 0) break
    const [kept, cells] = keptOf(text, left)
    pieces.push({ text: kept, look })
    left -= cells
  }
  if (left > 0) pieces.push({ text: ' '.repeat(left), look: line.at(-1)?.look === 'inverse' ? 'inverse' : 'plain' })
  return pieces
}

/** A line as a terminal takes it. */
export function painted(line: Line, isColored: boolean): string {
  const codes = isColored ? CODES : BARE
  return line
    .map(({ text, look = 'plain' }) => (codes[look] === '' ? text : `\u001b[${codes[look]}m${text}\u001b[0m`))
    .join('')
}
