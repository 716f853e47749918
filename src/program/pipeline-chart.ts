// Why a block costs what it costs: the timeline of a block in the pipeline model (pipeline.ts), as data and as text.

import { ownOptions } from '../isa/own-options.ts'
import type { CostInput } from './cost-input.ts'
import { startOfBlock } from './gas.ts'
import { type PipelineRun, type PipelineStage, simulatePipeline } from './pipeline.ts'

/** The timeline of one block. */
export interface PipelineTimeline extends PipelineRun {
  /** The code offset at which the block starts. */
  readonly start: number
}

/**
 * The timeline of the block that contains `pc`: for each instruction the cycles in which it is decoded, starts, is done and retires
 * (GP 0.8.0 A.9). It works under every profile, but only those with the `pipeline` gas model charge this price.
 *
 * @param program the program, or its parts, profile and code map.
 */
export function pipelineTimeline(program: CostInput, pc: number): PipelineTimeline {
  const start = startOfBlock(program.map, pc)
  return { start, ...simulatePipeline(program, start) }
}

/** Why an instruction did not start earlier. */
export type WaitReason = 'decode' | 'register' | 'unit' | 'starts'

/** One step of the critical path: an instruction, and what kept it from starting earlier. */
export interface CriticalStep {
  readonly stage: PipelineStage
  readonly why: WaitReason
  /** The instruction whose result or unit it waited for. Undefined for `decode` and `starts`. */
  readonly on: PipelineStage | undefined
}

/** The chain of instructions that makes the price, from the one that is done last back to one that never waited. */
export function criticalPath(timeline: PipelineTimeline): CriticalStep[] {
  const entries = timeline.stages.filter(stage => stage.started >= 0)
  const steps: CriticalStep[] = []
  let stage: PipelineStage | undefined = entries.reduce((last, it) => (it.done > last.done ? it : last))
  while (stage !== undefined) {
    const { started, decoded, deps, units }: PipelineStage = stage
    if (started === decoded + 1) {
      steps.push({ stage, why: 'decode', on: undefined })
      break
    }
    const source: PipelineStage | undefined = deps.find(dep => dep.done === started)
    // If it was no register, it was a unit, which another instruction gave back in this very cycle. Or five others started before it.
    const holder: PipelineStage | undefined =
      source ?? entries.find(it => it.done === started && it.units.some((n, unit) => n > 0 && units[unit]! > 0))
    const why = source !== undefined ? 'register' : holder !== undefined ? 'unit' : 'starts'
    steps.push({ stage, why, on: holder })
    stage = holder
  }
  return steps
}

const REASONS: Readonly<Record<WaitReason, string>> = {
  decode: 'starts as soon as it has been decoded',
  register: 'waits for the result of',
  unit: 'waits for the unit of',
  starts: 'waits because five others started in the cycle before',
}

/** The options of `renderTimeline`. */
export interface ChartOptions {
  /** The text of an instruction; default its name. */
  readonly label?: (stage: PipelineStage) => string
  /** More than so many cycles in which nothing changes are folded into one `~`; default 6. */
  readonly fold?: number
}

/** What the letters of a chart mean, one line each. */
export const CHART_LEGEND: readonly string[] = [
  'D  decoded',
  '=  waits for a register or a unit',
  'e  executes',
  'E  last execute cycle, the result is there',
  '-  waits for those before it to retire',
  'R  retires',
  '~  cycles in which nothing changes, left out',
]

function letterAt(stage: PipelineStage, cycle: number): string {
  if (cycle < stage.decoded) return ' '
  if (cycle === stage.decoded) return 'D'
  if (stage.retired < 0 || cycle > stage.retired) return ' '
  if (cycle === stage.retired) return 'R'
  if (cycle < stage.started) return '='
  if (cycle < stage.done) return 'e'
  return cycle === stage.done ? 'E' : '-'
}

/** The cycles that get a column. -1 stands for a fold. Columns that are the same as the one before, in every row, can be folded. */
function chosenCycles(columns: readonly string[], fold: number): number[] {
  const chosen: number[] = []
  for (let cycle = 0; cycle < columns.length; ) {
    let end = cycle + 1
    while (end < columns.length && columns[end] === columns[cycle]) end += 1
    if (end - cycle > fold) chosen.push(cycle, -1, end - 1)
    else for (let c = cycle; c < end; c++) chosen.push(c)
    cycle = end
  }
  return chosen
}

/**
 * Draws a timeline: a ruler of cycles, which is read downwards, a line for each instruction, and the price below.
 *
 * @example console.log(renderTimeline(pipelineTimeline(program, 0)))
 */
export function renderTimeline(timeline: PipelineTimeline, options: ChartOptions = {}): string {
  const { label = stage => stage.instruction.name, fold = 6 } = ownOptions<ChartOptions>(options)
  const { stages, cycles, cost } = timeline
  const columns: string[] = []
  for (let cycle = 0; cycle < cycles; cycle++) columns.push(stages.map(stage => letterAt(stage, cycle)).join(''))
  const chosen = chosenCycles(columns, fold)
  const labels = stages.map(label)
  const atWidth = Math.max(...stages.map(stage => `${stage.pc}`.length), 2)
  const labelWidth = Math.max(...labels.map(text => text.length))
  const margin = ' '.repeat(atWidth + labelWidth + 4)
  const digits = `${Math.max(cycles - 1, 0)}`.length
  const ruler = Array.from({ length: digits }, (_, line) =>
    chosen.map(cycle => (cycle < 0 ? '~' : `${cycle}`.padStart(digits, ' ')[line]!)).join(''),
  ).map(text => (margin + text).trimEnd())
  const rows = stages.map((stage, row) => {
    const text = chosen.map(cycle => (cycle < 0 ? '~' : columns[cycle]![row]!)).join('')
    const folded = chosen
      .map((cycle, i) => (cycle < 0 && columns[chosen[i - 1]!]![row] === ' ' ? ' ' : text[i]!))
      .join('')
    return `${`${stage.pc}`.padStart(atWidth)}  ${labels[row]!.padEnd(labelWidth)}  ${folded}`.trimEnd()
  })
  const price =
    cycles - 3 < 1
      ? 'cost 1: the least a block can cost'
      : `cost ${cost}: the last instruction retires in cycle ${cycles - 1}, less 2 for decoding and retiring`
  const reasons = criticalPath(timeline).map(step => {
    const after = step.on === undefined ? '' : ` ${step.on.pc}`
    return `  ${step.stage.pc} ${step.stage.instruction.name}, ${step.stage.latency}: ${REASONS[step.why]}${after}`
  })
  return [...ruler, ...rows, '', price, 'what it waited for, backwards:', ...reasons].join('\n')
}
