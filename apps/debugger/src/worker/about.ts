// What a program is made of, in words, without running it. Not the code: session.ts lists that.
import { type CodeLine, hostIndex64, type Program } from 'coulis'

const MOST_NAMES = 50

const count = (value: number): string => value.toLocaleString('en-US')
const hex = (value: number): string => `0x${value.toString(16)}`

const GAS = {
  instruction: 'one for each instruction',
  block: 'for each block, when it is entered',
  pipeline: 'for each block, by a model of a pipeline',
} as const

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${count(more)} more` : names.join(', ')
}

/** Host calls in the code and how often each stands there. */
function callsText(code: readonly CodeLine[], hostName: (index: number) => string | undefined): string {
  const places = new Map<number, number>()
  for (const { instruction, text } of code) {
    if (instruction?.kind !== 'host') continue
    const index = Number(/-?\d+$/.exec(text)?.[0]) | 0
    places.set(index, (places.get(index) ?? 0) + 1)
  }
  const names = [...places]
    .sort(([a], [b]) => a - b)
    .map(([index, times]) => `${hostName(index) ?? hostIndex64(index)}${times > 1 ? ` ${times}×` : ''}`)
  return listed(names)
}

/** A word, and what there is to say; what there is nothing to say of is left out. */
export function aboutText(
  program: Program,
  code: readonly CodeLine[],
  hostName: (index: number) => string | undefined,
): [string, string][] {
  const { metadata, exports, imports, jumpTable, layout, profile } = program
  const blocks = code.reduce((sum, { blockStart }) => sum + (blockStart ? 1 : 0), 0)
  const regions = layout.regions.map(
    ({ address, length, access, data }) =>
      `${hex(address)} + ${count(length)} bytes, ${access === 1 ? 'read' : 'read and write'}${data.length > 0 ? `, ${count(data.length)} of data` : ''}`,
  )
  const said: [string, string][] = [
    ['name', metadata === undefined ? '' : `${metadata.name} ${metadata.version}`],
    ['license', metadata?.license ?? ''],
    ['authors', listed(metadata?.authors ?? [])],
    ['code', `${count(program.code.length)} bytes, ${count(code.length)} instructions in ${count(blocks)} blocks`],
    ['jump table', jumpTable.length === 0 ? '' : `${count(jumpTable.length)} entries`],
    ['memory', regions.join('; ')],
    ['exports', listed([...exports.keys()])],
    ['imports', listed(imports)],
    ['host calls', callsText(code, hostName)],
    ['gas', GAS[profile.gasModel]],
  ]
  return said.filter(([, text]) => text !== '')
}
