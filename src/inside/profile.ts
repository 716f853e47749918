// Where the gas of a run goes, exactly: a tree of calls, counted instruction by instruction. Not sampled, and not the files that other
// tools read: profile-files.ts.
import type { Vm } from '../engine/engine.ts'
import { hostIndex64 } from '../engine/exit.ts'
import type { TraceEvent, Tracer } from '../engine/tracing.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'

/** A function in the tree of calls, or a host call. */
export interface CallNode {
  /** The function, label or host call; `code at N` where no name is known. */
  readonly name: string
  /** Where its code starts; undefined for host calls. */
  readonly start: number | undefined
  /** Gas and instructions of its own, without what it calls. */
  readonly gas: bigint
  readonly instructions: number
  /** How often it was entered from its parent. */
  readonly calls: number
  readonly children: readonly CallNode[]
}

/** What a run has cost. */
export interface GasProfile {
  /** Its own gas is that of code before any function; sums over the tree are the gas used while it was watched. */
  readonly root: CallNode
  readonly gas: bigint
  readonly instructions: number
  /** How often the instruction at each code offset was executed. */
  readonly executions: Float64Array
}

/** These are the options of `createProfiler`. */
export interface ProfilerOptions {
  /** Names of functions; default: code is named by where it was called. */
  readonly symbols?: Symbols | undefined
  /** The name of a host call by the low 32 bits of its index, signed; default: its number, or the name of the import. */
  readonly hostName?: ((index: number) => string | undefined) | undefined
}

/** This watches a machine. */
export interface Profiler {
  /** The machine's tracer while it is watched. */
  readonly tracer: Tracer
  /**
   * What has been counted until now. Takes what a last host call took, so the machine is not to have been changed since it stopped.
   *
   * @param gas what the machine had left when it stopped; default: what it has now. For machines that are disposed of.
   */
  profile(gas?: bigint): GasProfile
}

/** Deeper calls count where the depth is reached, further paths in their parent: a guest must not fill the host's memory. */
const MAX_DEPTH = 500
const MAX_NODES = 50_000
const MAX_STACK = 10_000

class Node implements CallNode {
  gas = 0n
  instructions = 0
  calls = 0
  readonly name: string
  readonly start: number | undefined
  readonly depth: number
  readonly #children = new Map<string, Node>()

  constructor(name: string, start: number | undefined, depth: number) {
    this.name = name
    this.start = start
    this.depth = depth
  }

  get children(): readonly Node[] {
    return [...this.#children.values()]
  }

  child(key: string): Node | undefined {
    return this.#children.get(key)
  }

  add(key: string, node: Node): Node {
    this.#children.set(key, node)
    return node
  }
}

interface Frame {
  readonly parent: Node
  readonly node: Node
  /** Where the caller goes on; -1 for the first. */
  readonly back: number
}

interface Named {
  readonly name: string
  readonly start: number
}

class GasCounter implements Profiler {
  readonly #vm: Vm
  readonly #program: Program
  readonly #options: ProfilerOptions
  readonly #root = new Node('(run)', undefined, 0)
  readonly #stack: Frame[] = []
  readonly #executions: Float64Array
  readonly #names = new Map<number, Named | undefined>()
  #nodes = 1
  #gas: bigint
  /** The frame that the gas belongs to which is missing at the next instruction. */
  #last: Node
  /** Of the instruction before: whether it may have called (1) or jumped by a register (2). */
  #left = 0
  #back = -1
  instructions = 0

  constructor(vm: Vm, options: ProfilerOptions) {
    this.#vm = vm
    this.#program = vm.program
    this.#options = options
    this.#executions = new Float64Array(vm.program.code.length)
    this.#gas = vm.gas
    this.#last = this.#root
    this.#stack.push({ parent: this.#root, node: this.#root, back: -1 })
  }

  readonly tracer: Tracer = event => {
    const { pc } = event
    this.#take(event.gasBefore)
    this.#move(pc)
    const { node } = this.#stack.at(-1)!
    this.#last = node
    this.#take(event.gasAfter)
    node.instructions += 1
    this.instructions += 1
    if (pc < this.#executions.length) this.#executions[pc]! += 1
    this.#remember(event, node)
  }

  /** Counts what was paid since the last look. A host that gives gas gives it back to whom it was taken from. */
  #take(gas: bigint): void {
    this.#last.gas += this.#gas - gas
    this.#gas = gas
  }

  #nameAt(pc: number): Named | undefined {
    let named = this.#names.get(pc)
    if (named === undefined && !this.#names.has(pc)) {
      named = this.#options.symbols?.functionAt(pc)
      this.#names.set(pc, named)
    }
    return named
  }

  #enter(parent: Node, name: string, start: number | undefined): Node {
    const key = start === undefined ? name : `${start}`
    const known = parent.child(key)
    if (known !== undefined) return known
    if (parent.depth >= MAX_DEPTH || this.#nodes >= MAX_NODES) return parent
    this.#nodes += 1
    return parent.add(key, new Node(name, start, parent.depth + 1))
  }

  /** Finds the frame that pc is in: behind a call a new one, behind a return that of the caller. */
  #move(pc: number): void {
    const stack = this.#stack
    const top = stack.at(-1)!
    const named = this.#nameAt(pc)
    if (this.#left === 1) {
      const node = this.#enter(top.node, named?.name ?? `code at ${pc}`, named?.start ?? pc)
      node.calls += 1
      if (stack.length < MAX_STACK) stack.push({ parent: top.node, node, back: this.#back })
      return
    }
    if (this.#left === 2) {
      const at = stack.findLastIndex(({ back }) => back === pc)
      if (at > 0) stack.length = at
    }
    const now = stack.at(-1)!
    // A jump into another function, or on into it, is a call in its place.
    if (named === undefined || named.start === now.node.start) return
    const node = this.#enter(now.parent, named.name, named.start)
    if (node === now.node) return
    node.calls += 1
    stack[stack.length - 1] = { ...now, node }
  }

  #remember({ pc, instruction, operands, after, register }: TraceEvent, node: Node): void {
    this.#left = 0
    switch (instruction.kind) {
      case 'host': {
        const { x } = operands
        const { imports } = this.#program
        const name = this.#options.hostName?.(x) ?? imports[x >>> 0]
        this.#last = this.#enter(node, `host call ${hostIndex64(x)}${name === undefined ? '' : ` ${name}`}`, undefined)
        if (this.#last !== node) this.#last.calls += 1
        return
      }
      case 'jump':
        if (register < 0) return
        break
      case 'djump':
        this.#left = 2
        if (register < 0) return
        break
      default:
        return
    }
    // A call leaves the jump table's address of what follows it in a register (GP A.4).
    const { jumpTable } = this.#program
    const next = this.#program.next(pc)
    if (after === 0n || after % 2n !== 0n || after > BigInt(2 * jumpTable.length)) return
    if (jumpTable[Number(after) / 2 - 1] !== next) return
    this.#left = 1
    this.#back = next
  }

  profile(gas: bigint = this.#vm.gas): GasProfile {
    this.#take(gas > 0n ? gas : 0n)
    const sum = (node: CallNode): bigint => node.children.reduce((gas, child) => gas + sum(child), node.gas)
    return {
      root: this.#root,
      gas: sum(this.#root),
      instructions: this.instructions,
      executions: this.#executions.slice(),
    }
  }
}

/**
 * Counts where a machine's gas goes, from now on. Every instruction is looked at: the machine runs as slowly as with any tracer.
 *
 * @example const profiler = createProfiler(vm); vm.tracer = profiler.tracer; vm.run(); profiler.profile().root
 */
export function createProfiler(vm: Vm, options: ProfilerOptions = {}): Profiler {
  return new GasCounter(vm, options)
}
