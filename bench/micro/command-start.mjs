// What the command line takes to start, as processor time of its whole process: `--help`, `disasm` and `run` beside anan-as' own, and
// Node with nothing to do. All of them once a round, in turn, so that a busy machine is busy for all.
//   node bench/micro/command-start.mjs [--rounds 15]       needs `npm run compat:peers` for anan-as
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { summary } from '../lib/measure.mjs'
import { DIST } from '../lib/programs.mjs'

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } })
const ROOT = join(import.meta.dirname, '../..')
const PEER = join(ROOT, 'test/compat/peers/node_modules/@fluffylabs/anan-as/dist/bin/index.js')
const folder = mkdtempSync(join(tmpdir(), 'coulis-start-'))
/** Says at the end, on a descriptor of its own, what the process took. */
const TELL = join(folder, 'tell.cjs')
writeFileSync(
  TELL,
  `process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  require('node:fs').writeSync(3, String((user + system) / 1000))
})`,
)
const EMPTY = join(folder, 'empty.mjs')
writeFileSync(EMPTY, '')
const PROGRAM = join(ROOT, 'examples/counter.jam')
const CLI = join(DIST, 'cli.js')
const COMMANDS = {
  'Node, nothing': [EMPTY],
  'coulis --help': [CLI, '--help'],
  'coulis disasm': [CLI, 'disasm', PROGRAM],
  'coulis run': [CLI, 'run', PROGRAM, '--entry', 'accumulate', '--args', '2a0003', '--gas', '10000'],
  ...(existsSync(PEER)
    ? {
        'anan-as --help': [PEER, '--help'],
        'anan-as disassemble': [PEER, 'disassemble', '--spi', PROGRAM],
        'anan-as run': [PEER, 'run', '--spi', '--no-logs', '--pc=5', '--gas=10000', PROGRAM, '0x2a0003'],
      }
    : {}),
}

const times = Object.fromEntries(Object.keys(COMMANDS).map(name => [name, []]))
const exits = {}
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [name, command] of Object.entries(COMMANDS)) {
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe']
    const { output, status } = spawnSync(process.execPath, ['--require', TELL, ...command], { stdio, encoding: 'utf8' })
    times[name].push(Number(output[3]))
    exits[name] = status
  }
}
for (const [name, list] of Object.entries(times)) {
  const { median, min } = summary(list)
  console.log(
    `${name.padEnd(22)} median ${median.toFixed(1)} ms, least ${min.toFixed(1)} ms of processor time (exit ${exits[name]})`,
  )
}
