// Differences that are probably the same: by their reduced programs. Not the reading of results: merge-results.ts.
import type { DifferenceLine } from './result-lines.ts'

/** Instructions that reduced programs need around what they are about. */
const SCAFFOLD: ReadonlySet<string> = new Set(
  'trap fallthrough load_imm load_imm_64 jump jump_ind add_imm_32 add_imm_64 move_reg ecalli'.split(' '),
)

/** Differences that share an instruction, or a program. */
export interface FindingGroup {
  /** The instruction; undefined where there is none they share. */
  readonly instruction: string | undefined
  /** The one with the shortest program first; programs that are the same are there once. */
  readonly findings: readonly DifferenceLine[]
}

/** These are the instructions of a reduced program, a line each. */
function instructionsOf({ program }: DifferenceLine): string[] {
  return (program ?? '')
    .split('\n')
    .filter(line => line.startsWith('    '))
    .map(line => line.trim())
}

/** What is the same for programs that differ only in registers, numbers and rules; undefined where no program is known. */
function shapeOf(finding: DifferenceLine): string | undefined {
  const lines = instructionsOf(finding)
  if (lines.length === 0) return undefined
  const names = new Map<string, string>()
  const rename = (register: string): string => {
    if (!names.has(register)) names.set(register, `r#${names.size}`)
    return names.get(register)!
  }
  return lines
    .map(line => line.replace(/\br\d+\b/g, rename).replace(/(?<![\w#])[-+]?\s?(0x)?[\da-f]+\b/g, 'n'))
    .join('\n')
}

/** Removes what has the same program but for registers, numbers and rules: the first stays and has the others' cases. */
export function withoutDuplicates(findings: readonly DifferenceLine[]): DifferenceLine[] {
  const byShape = new Map<string, { first: DifferenceLine; cases: number[] }>()
  for (const finding of [...findings].sort((a, b) => a.case - b.case)) {
    const shape = shapeOf(finding) ?? `case ${finding.case}`
    const known = byShape.get(shape)
    const cases = [finding.case, ...(finding.duplicates ?? [])]
    if (known === undefined) byShape.set(shape, { first: finding, cases })
    else known.cases.push(...cases)
  }
  return [...byShape.values()].map(({ first, cases }) => {
    const duplicates = [...new Set(cases)].filter(index => index !== first.case).sort((a, b) => a - b)
    return duplicates.length === 0 ? first : { ...first, duplicates }
  })
}

/** Groups differences, without duplicates, by the instruction that most of them share, then by that of most of the rest. */
export function groupFindings(findings: readonly DifferenceLine[]): FindingGroup[] {
  const groups: FindingGroup[] = []
  const names = new Map(
    findings.map(finding => [finding, new Set(instructionsOf(finding).map(line => line.split(' ')[0]!))] as const),
  )
  const length = (finding: DifferenceLine): number => instructionsOf(finding).length
  let rest = [...findings]
  while (rest.length > 0) {
    const counts = new Map<string, number>()
    for (const finding of rest)
      for (const name of names.get(finding)!) if (!SCAFFOLD.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
    const [instruction] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? []
    const mine = rest.filter(finding => instruction === undefined || names.get(finding)!.has(instruction))
    const sorted = [...mine].sort((a, b) => length(a) - length(b) || a.case - b.case)
    // Without an instruction in common each is for itself.
    if (instruction === undefined) groups.push(...sorted.map(finding => ({ instruction, findings: [finding] })))
    else groups.push({ instruction, findings: sorted })
    rest = rest.filter(finding => !mine.includes(finding))
  }
  return groups
}
