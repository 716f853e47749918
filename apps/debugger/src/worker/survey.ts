// One pass over a run that has been made: gas over time, host calls, executions, the profile. Not the run: it repeats it.
import type { Vm } from 'coulis'
import { type CallNode, createProfiler } from 'coulis/inside'
import type { FlameNode, Survey } from '../protocol.ts'
import type { Opened } from './open.ts'
import { callWords } from './words.ts'

/** What the pass found, beside what the page draws. */
export interface Surveyed {
  readonly survey: Survey
  readonly words: readonly string[]
  readonly executions: Float64Array
}

const POINTS = 1500
const SLICE = 200_000
const MOST_CHILDREN = 200

function flameOf(node: CallNode): FlameNode {
  const children = [...node.children]
    .map(flameOf)
    .sort((a, b) => b.total - a.total)
    .slice(0, MOST_CHILDREN)
  const gas = Number(node.gas)
  const total = node.children.reduce((sum, child) => sum + totalOf(child), gas)
  return { name: node.name, start: node.start, gas, total, calls: node.calls, children }
}

const totals = new WeakMap<CallNode, number>()
function totalOf(node: CallNode): number {
  let total = totals.get(node)
  if (total === undefined) {
    total = node.children.reduce((sum, child) => sum + totalOf(child), Number(node.gas))
    totals.set(node, total)
  }
  return total
}

function functionsOf(root: CallNode): Survey['functions'] {
  const found = new Map<string, { name: string; start: number | undefined; gas: number; calls: number }>()
  const visit = (node: CallNode): void => {
    const known = found.get(node.name) ?? { name: node.name, start: node.start, gas: 0, calls: 0 }
    known.gas += Number(node.gas)
    known.calls += node.calls
    found.set(node.name, known)
    node.children.forEach(visit)
  }
  visit(root)
  return [...found.values()].filter(({ gas }) => gas > 0).sort((a, b) => b.gas - a.gas)
}

/**
 * Goes over the run once more, from its start to where it has come.
 *
 * @param code its instructions.
 * @param pause asked between slices, with the time; false: give up.
 * @returns undefined when it was given up. The history is where it was.
 */
export async function survey(
  opened: Opened,
  code: readonly { readonly pc: number }[],
  pause: (time: number) => Promise<boolean>,
): Promise<Surveyed | undefined> {
  const { history, symbols, hostName } = opened
  const { time: back, frontier } = history
  history.goto(0)
  const vm: Vm = history.vm
  const profiler = createProfiler(vm, { symbols, hostName })
  const times = [0]
  const gas = [Number(vm.gas)]
  const callTimes: number[] = []
  const words: string[] = []
  const stride = Math.max(1, Math.ceil(frontier / POINTS))
  try {
    for (let from = 0; from < frontier; from += SLICE) {
      const to = Math.min(frontier, from + SLICE)
      history.scan(from, to, {
        event: (event, time) => {
          profiler.tracer(event)
          if (event.instruction.kind === 'host') {
            callTimes.push(time)
            words.push(callWords(hostName(Number(event.operands.x) | 0), vm))
          }
          if ((time + 1) % stride === 0 || event.instruction.kind === 'host') {
            times.push(time + 1)
            gas.push(Number(event.gasAfter))
          }
          return false
        },
      })
      if (!(await pause(to))) return undefined
    }
    const profile = profiler.profile()
    if (times.at(-1) !== frontier) {
      times.push(frontier)
      gas.push(Number(vm.gas))
    }
    const { root, executions } = profile
    const executed = code.reduce((sum, { pc }) => sum + (executions[pc] ? 1 : 0), 0)
    const coverage = { executed, all: code.length }
    return {
      survey: { times, gas, callTimes, flame: flameOf(root), functions: functionsOf(root), frontier, coverage },
      words,
      executions,
    }
  } finally {
    history.goto(back)
  }
}
