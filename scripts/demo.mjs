// `npm run demo`: shows the commands a newcomer tries first, with their output, on the programs in examples/.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

const COMMANDS = [
  'inspect examples/counter.jam',
  'run examples/counter.jam --entry accumulate --args 0x2a0003',
  'run examples/fibonacci.pvm --trace --steps 12',
]

// npm ci has built it; a checkout whose scripts were not run has not.
if (!existsSync(join(root, 'dist/cli.js'))) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })

for (const command of COMMANDS) {
  console.log(`$ npx coulis ${command}`)
  const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/cli.js', ...command.split(' ')], { cwd: root })
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  console.log()
  if (status === null || status === 1 || status === 2 || status === 70) process.exit(1)
}
