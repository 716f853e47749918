// `coulis dump`: what the recompiler makes of a function, pass by pass. Not the recompiler: engine/recompiler/.

import type { Command } from 'commander'
import { listCode } from '../blob/disassembly.ts'
import type { Analysis } from '../engine/recompiler/analysis.ts'
import { analyseProgram, compileRoots } from '../engine/recompiler/compile.ts'
import { runPasses } from '../engine/recompiler/passes.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import { CliError } from './errors.ts'
import { writeOutput } from './files.ts'
import { formatCount, formatPlural, formatSize } from './format.ts'
import { toJson } from './json.ts'
import { kindOption } from './kind-option.ts'
import { type FileKind, loadFile } from './load.ts'
import { isaOption, jsonOption, parseAddress, profileOption } from './options.ts'
import { describeAnalysis, describeGraph } from './passes.ts'
import type { Terminal } from './terminal.ts'
import { textOf } from './wat.ts'

interface Options {
  readonly function?: number
  readonly cfg?: boolean
  readonly analysis?: boolean
  readonly output?: string
  readonly wat?: boolean
  readonly inline: boolean
  readonly kind?: FileKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly json?: boolean
}

/** This is a PVM function as the recompiler cuts the code. */
interface FunctionRange {
  /** Its first segment is the root to compile. */
  readonly root: number
  readonly start: number
  readonly end: number
  readonly instructions: number
}

function rangesOf({ decoded, functions }: Analysis, program: Program): FunctionRange[] {
  const pcOf = (segment: number): number => decoded.pc[decoded.segmentStart[segment]!] ?? program.code.length
  return Array.from({ length: functions.start.length - 1 }, (_, f) => {
    const [root, next] = [functions.start[f]!, functions.start[f + 1]!]
    const instructions = decoded.segmentStart[next]! - decoded.segmentStart[root]!
    return { root, start: pcOf(root), end: pcOf(next), instructions }
  })
}

function printFunctions(ranges: readonly FunctionRange[], terminal: Terminal): void {
  const { bold, dim } = terminal.colors
  terminal.line(bold('function       end  instructions'))
  for (const { start, end, instructions } of ranges) {
    terminal.line(`${`@${start}`.padStart(8)} ${`@${end}`.padStart(9)} ${formatCount(instructions).padStart(13)}`)
  }
  terminal.line(
    dim(`${formatPlural(ranges.length, 'function')} as the recompiler cuts the code; --function PC compiles one`),
  )
}

/** Adds the command. */
export function addDump(program: Command, terminal: Terminal): void {
  program
    .command('dump')
    .description(
      'Lists the functions the recompiler finds; with --function it compiles the one that contains a pc and shows the size, ' +
        'with --wat the PVM code and the WebAssembly as text.',
    )
    .argument('<file>', 'the program; - reads standard input')
    .option('--function <pc>', 'compile the function that contains this pc', parseAddress)
    .option('--cfg', 'print the control-flow graph')
    .option('--analysis', 'print registers, gas and memory checks by node')
    .option('-o, --output <file>', 'write the module')
    .option('--wat', 'print the PVM code and the WebAssembly text')
    .option('--no-inline', 'do not inline small callees')
    .addOption(kindOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis dump service.jam
  coulis dump examples/fibonacci.pvm --function 15 --cfg --analysis
  coulis dump examples/fibonacci.pvm --function 15 --wat
  coulis dump service.jam --function 93537 -o function.wasm`,
    )
    .action(async (file: string, options: Options) => {
      const { program: loaded, profile } = loadFile(file, options)
      const analysis = analyseProgram(loaded)
      const ranges = rangesOf(analysis, loaded)
      const { function: at, inline } = options
      if (at === undefined) {
        if (options.cfg || options.analysis || options.wat || options.output !== undefined) {
          throw new CliError('--cfg, --analysis, --wat and -o are of one function: --function PC says which')
        }
        if (options.json) terminal.line(toJson({ file, profile, functions: ranges }))
        else printFunctions(ranges, terminal)
        return
      }
      const range = ranges.find(({ start, end }) => at >= start && at < end)
      if (range === undefined) throw new CliError(`--function ${at}: no function there`)
      const { bytes, instructions } = compileRoots(analysis, [range.root], { inline })
      const passes = runPasses(analysis, range.root, { inline })
      const graph = options.cfg ? describeGraph(passes) : undefined
      const nodes = options.analysis ? describeAnalysis(passes) : undefined
      if (options.output !== undefined) writeOutput(options.output, bytes)
      if (options.json) {
        terminal.line(
          toJson({ file, profile, ...range, compiled: instructions, size: bytes.length, graph, nodes, bytes }),
        )
        return
      }
      const size = `${formatPlural(instructions, 'instruction')}, ${formatSize(bytes.length)} of WebAssembly`
      terminal.line(`; function @${range.start} to @${range.end}: ${size}`)
      for (const line of [...(graph ?? []), ...(nodes ?? [])]) terminal.line(line)
      if (!options.wat) return
      for (const { pc, text, label } of listCode(loaded)) {
        if (pc < range.start || pc >= range.end) continue
        if (label !== undefined) terminal.line(`;  @${label}:`)
        terminal.line(`; ${`${pc}`.padStart(6)}  ${text}`)
      }
      terminal.line(await textOf(bytes))
    })
}
