// Lines that fit the terminal: parts that stay whole, and are put on further lines where they would not fit. Not colours.

/** This is a part of a line. */
export interface Part {
  readonly text: string
  /** What stands before it, unless it begins a line; default a space. */
  readonly gap?: string
  /** It gives the part its colour. */
  readonly paint?: (text: string) => string
}

/**
 * The parts as lines of `width` columns at most; a single part may be longer. Further lines are indented.
 *
 * @param width columns; Infinity for one line.
 */
export function fold(parts: readonly Part[], width: number, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  let length = 0
  for (const { text, gap = ' ', paint = (same: string) => same } of parts) {
    if (length === 0) {
      line = paint(text)
      length = text.length
    } else if (length + gap.length + text.length <= width) {
      line += gap + paint(text)
      length += gap.length + text.length
    } else {
      lines.push(line)
      line = ' '.repeat(indent) + paint(text)
      length = indent + text.length
    }
  }
  lines.push(line)
  return lines
}

/** A line of words, folded between them. What stands in front of its text, as in a table, stays as it is. */
export function foldWords(line: string, width: number, indent: number): string[] {
  if (line.length <= width) return [line]
  const words = line.slice(indent).split(' ')
  const [first, ...rest] = words.map(text => ({ text }))
  return fold([{ text: line.slice(0, indent) + first!.text }, ...rest], width, indent)
}
