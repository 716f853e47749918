// Mutated arguments and files thrown at every command, in this process: an exit code that is documented and a line that says
// what is wrong, never an error of coulis itself, a stack trace, or a command that does not come back.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import { encodeProgramBlob } from '../../src/blob/raw.ts'
import { runCli } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { partsOfCase } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { Random } from '../../src/fuzz/random.ts'
import { processorSeconds } from '../clock.ts'
import { ownPrograms } from '../runtimes/programs.ts'

const random = new Random('cli')
const folder = mkdtempSync(join(tmpdir(), 'coulis-hostile-cli-'))
const TRACE = 'program 0x00000100010001\nmemwr 0x0 len=1 <- 0x00\nstart pc=0 gas=100\n\nPANIC pc=0 gas=99\n'

/** Seconds of processor time a command may take; every run has little gas. */
const MAX_SECONDS = 20

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const seeds: readonly Uint8Array[] = [
  ...ownPrograms().map(({ text }) => Buffer.from(text)),
  ...Array.from({ length: 12 }, (_, i) => encodeProgramBlob(partsOfCase(generateCase('cli', i, { raw: true })))),
  Buffer.from(TRACE),
  Buffer.from('{"name":"x","program":[0,0,1,0,1],"initial-regs":[],"initial-pc":0,"initial-gas":10}'),
  new Uint8Array(0),
]

/** A file of ours with bytes changed, cut or repeated. */
function mutatedFile(index: number): string {
  const bytes = [...random.pick(seeds)]
  for (let i = random.chance(50) ? 0 : random.below(6); i > 0; i--) {
    const at = random.below(bytes.length + 1)
    const kind = random.below(4)
    if (kind === 0) bytes[at] = random.below(256)
    else if (kind === 1) bytes.splice(at, random.below(40))
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + random.below(60)))
    else bytes.splice(at, 0, 255, 255, 255, 255)
  }
  return file(`${index}${random.pick(['', '.pvm', '.jam', '.polkavm', '.json', '.log', '.s'])}`, Uint8Array.from(bytes))
}

const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'FILE', '--gas', '5000', '--json'],
  ['run', 'FILE', '--gas', '5000', '--trace', 'steps', '--map', '0x20000+4096:ro=00ff', '--reg', 'a0=-1', '--pc', '0'],
  [
    'run',
    'FILE',
    '--gas',
    '5000',
    '--regs',
    'signed',
    '--mem',
    '0x20000+64',
    '--dump',
    '0x20000+8=OUT',
    '--max-ms',
    '20',
  ],
  ['run', 'FILE', '--gas', '5000', '--entry', 'refine', '--args', '0x00ff', '--host', 'stub', '--calls', '3'],
  ['run', 'FILE', '--gas', '5000', '--export', 'main', '--arg', '5', '--steps', '100', '--engine', 'recompiler'],
  ['inspect', 'FILE', '--json'],
  ['inspect', 'FILE', '--kind', 'polkavm', '--profile', 'gp-0.8.0'],
  ['disasm', 'FILE', '--listing', '--bytes', '--gas', '--from', '0', '--to', '100'],
  ['disasm', 'FILE', '--source', '--symbols', 'FILE', '--json'],
  ['asm', 'FILE', '--output', 'OUT', '--format', 'raw', '--isa', 'gp-0.8.0'],
  ['gas', 'FILE', '--at', '0', '--chart', '--json'],
  ['gas', 'FILE', '--top', '3'],
  ['replay', 'FILE', '--program', 'FILE', '--engine', 'auto', '--json'],
  ['conform', 'FILE', '--engine', 'interpreter', '--json'],
  ['dump', 'FILE', '--at', '0', '--no-inline', '--output', 'OUT'],
  ['engines', '--json'],
  ['fuzz', '--style', 'close', '--engines', 'reference,interpreter', '--seed', 'x', '--shard', '1/2', '--cases', '1'],
]

/** Without `-`: standard input, which does not end here. */
const NONSENSE = [
  ...['', '--', '-1', '0', '1e99', 'NaN', '0x', '0xzz', '99999999999999999999999', '4294967296', '1.5', '__proto__'],
  ...[
    'constructor',
    'toString',
    'FILE',
    'OUT',
    folder,
    '/nonexistent',
    '\u0000',
    'r13=1',
    'r0=',
    '=',
    '0x0+0',
    '0xfffff000+8192',
  ],
  ...[
    '1/0',
    '0/1',
    '2/1',
    '@',
    '@FILE',
    '-e',
    '--engine',
    '--profile',
    '--json',
    '--help',
    '--version',
    '--gas=-5',
    '\ud800',
    'run',
  ],
]

/** A command line with a word changed, dropped, doubled, moved or cut. */
function mutatedArguments(): string[] {
  const args = [...random.pick(COMMANDS)]
  for (let i = random.chance(40) ? 0 : random.below(4); i > 0; i--) {
    const at = random.below(args.length)
    const kind = random.below(6)
    if (kind < 2) args[at] = random.pick(NONSENSE)
    else if (kind === 2 && args.length > 1) args.splice(at, 1)
    else if (kind === 3) args.splice(at, 0, args[random.below(args.length)]!)
    else if (kind === 4) args.splice(at, 0, random.pick(NONSENSE))
    else args[at] = args[at]!.slice(0, random.below(args[at]!.length + 1)).replace(/^-$/, '')
  }
  // Whatever was dropped: little gas, and one case only.
  if (args[0] === 'run') args.push('--gas', '5000')
  if (args[0] === 'fuzz') args.push('--cases', '1', '--style', 'close')
  return args
}

/** Runs the command line and returns what it wrote. */
async function invoke(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const colors = pc.createColors(false)
  let [out, err] = ['', '']
  const terminal: Terminal = {
    colors,
    errorColors: colors,
    width: 100,
    fold: 40,
    line: (text = '') => {
      out += `${text}\n`
    },
    bytes: bytes => {
      out += Buffer.from(bytes).toString('latin1')
    },
    error: text => {
      err += `${text}\n`
    },
    flush: () => {},
  }
  const code = await runCli(args, terminal, { version: 'test' })
  return { code, out, err }
}

it('mutated arguments and files end with a documented exit code and a line that says what is wrong', async () => {
  const codes = new Map<number, number>()
  const out = join(folder, 'out.bin')
  for (let i = 0; i < 1200; i++) {
    const args = mutatedArguments().map(arg => arg.replaceAll('FILE', () => mutatedFile(i)).replaceAll('OUT', out))
    const started = processorSeconds()
    const { code, err } = await invoke(args)
    const about = `coulis ${JSON.stringify(args)} ended with ${code}: ${err}`
    expect([0, 1, 2, 10, 11, 12, 13, 14], about).toContain(code)
    expect(err, about).not.toMatch(/\n\s+at |please report/)
    if (code === 2) {
      expect(err, about).toMatch(/^error: \S/)
      expect(err.trimEnd().split('\n').length, about).toBeLessThanOrEqual(12)
    }
    expect(processorSeconds() - started, about).toBeLessThan(MAX_SECONDS)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  // Both the good and the bad are reached, or the mutations are too timid or too wild.
  for (const code of [0, 2, 12]) expect(codes.get(code) ?? 0, JSON.stringify([...codes])).toBeGreaterThan(10)
  expect(readFileSync(out).length).toBeGreaterThan(0)
})
