// A drawing of boxes, lines and words as SVG text. It brings its own background and follows the reader's light or dark scheme.
// Not what is drawn: the other files of this folder.

/** What a colour stands for, the same in all pictures. */
export type Tone = 'core' | 'guest' | 'compiled' | 'never' | 'plain'

const STYLE = `
.page{fill:#fff}.word{fill:#1f2328}.note{fill:#59636e}.line{stroke:#59636e}.tip{fill:#59636e}
.core{fill:#ddf4ff}.guest{fill:#dafbe1}.compiled{fill:#fff1c2}.never{fill:#ffe3e0}.plain{fill:#f1f3f5}
text{font:13px system-ui,sans-serif}.code{font-family:ui-monospace,monospace;font-size:12px}.head{font-weight:600}
@media(prefers-color-scheme:dark){
.page{fill:#0d1117}.word{fill:#e6edf3}.note{fill:#a3acb6}.line{stroke:#a3acb6}.tip{fill:#a3acb6}
.core{fill:#0b3257}.guest{fill:#0f3d22}.compiled{fill:#4f3a05}.never{fill:#5b1a17}.plain{fill:#21262d}}
`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** How words are set. */
export interface WordOptions {
  readonly note?: boolean
  readonly code?: boolean
  readonly head?: boolean
  readonly anchor?: 'start' | 'middle' | 'end'
}

/** A picture under way. Coordinates are pixels from the upper left corner. */
export class Drawing {
  readonly #parts: string[] = []
  readonly #width: number
  readonly #height: number
  readonly #title: string
  readonly #description: string

  /** `description` is what somebody reads who cannot see the picture. */
  constructor(width: number, height: number, title: string, description: string) {
    this.#width = width
    this.#height = height
    this.#title = title
    this.#description = description
  }

  box(x: number, y: number, width: number, height: number, tone: Tone): void {
    this.#parts.push(`<rect class="${tone} line" x="${x}" y="${y}" width="${width}" height="${height}" rx="3"/>`)
  }

  words(x: number, y: number, text: string, { note, code, head, anchor }: WordOptions = {}): void {
    const classes = [note ? 'note' : 'word', code && 'code', head && 'head'].filter(Boolean).join(' ')
    const end = anchor === undefined || anchor === 'start' ? '' : ` text-anchor="${anchor}"`
    this.#parts.push(`<text class="${classes}" x="${x}" y="${y}"${end}>${escaped(text)}</text>`)
  }

  /** Lines of words below one another. */
  lines(x: number, y: number, lines: readonly string[], options: WordOptions = {}): void {
    for (const [i, line] of lines.entries()) this.words(x, y + 17 * i, line, options)
  }

  /** A line through points; with a tip at its end unless `tip` is false. */
  arrow(points: readonly (readonly [number, number])[], tip = true): void {
    const way = points.map(([x, y]) => `${x},${y}`).join(' ')
    this.#parts.push(`<polyline class="line" fill="none" points="${way}"${tip ? ' marker-end="url(#tip)"' : ''}/>`)
  }

  toString(): string {
    const size = `width="${this.#width}" height="${this.#height}" viewBox="0 0 ${this.#width} ${this.#height}"`
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title description">`,
      `<title id="title">${escaped(this.#title)}</title>`,
      `<desc id="description">${escaped(this.#description)}</desc>`,
      `<style>${STYLE}</style>`,
      '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">' +
        '<path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>',
      `<rect class="page" width="${this.#width}" height="${this.#height}"/>`,
      ...this.#parts,
      '</svg>',
      '',
    ].join('\n')
  }
}
