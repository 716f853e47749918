// examples/campaigns/: what they run, with the variables that their systems set, comes to what one run comes to.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createCli } from '../cli/cli.ts'

const FOLDER = join(import.meta.dirname, '../../examples/campaigns')
const cli = createCli()
const ENV = { SEED: 'examples', CASES: '48', STYLE: 'close' }

// `coulis` and `npx coulis` as the examples call them. The style makes it quick where an example has none.
mkdirSync(join(cli.folder, 'bin'))
for (const [name, rest] of [
  ['coulis', '"$@"'],
  ['npx', '$(shift; printf "%s " "$@")'],
] as const) {
  const style = '$([ "$1" = fuzz ] || [ "$2" = fuzz ] && printf -- "--style close")'
  writeFileSync(join(cli.folder, 'bin', name), `#!/bin/sh\nexec "${process.execPath}" "${cli.path}" ${rest} ${style}\n`)
  chmodSync(join(cli.folder, 'bin', name), 0o755)
}

function shell(args: readonly string[], env: Record<string, string> = {}): { code: number | null; out: string } {
  const PATH = `${join(cli.folder, 'bin')}:${process.env.PATH}`
  const { status, stdout, stderr } = spawnSync('sh', args, {
    cwd: cli.folder,
    env: { ...process.env, ...ENV, PATH, ...env },
    encoding: 'utf8',
  })
  expect(stderr.replace(/^.*starts\/s\n/gm, '')).toBe('')
  return { code: status, out: stdout }
}

const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

/** What parts come to; one run without parts has to come to the same. */
function expectWhole(files: readonly string[], seed: string, cases: string): void {
  const one = cli.run(['fuzz', '--style', 'close', '--seed', seed, '--cases', cases, '--jsonl'])
  const whole = cli.run(['merge', '-', '--jsonl'], { input: one.out })
  const merged = cli.run(['merge', ...files, '--jsonl'])
  expect([merged.code, merged.out]).toEqual([0, whole.out])
}

describe.skipIf(process.platform === 'win32')('examples of campaigns', () => {
  it.skipIf(spawnSync('parallel', ['--version']).status !== 0)('GNU parallel runs all parts and merges them', () => {
    const COULIS = `${process.execPath} ${cli.path}`
    const { code, out } = shell([join(FOLDER, 'parallel.sh'), 'by-parallel'], { COULIS, PARTS: '3' })
    expect([code, out]).toEqual([0, expect.stringMatching(/^no difference: 48 cases.*fuzz in 3 parts\n$/)])
    expectWhole(
      [1, 2, 3].map(part => `by-parallel/part-${part}.jsonl`),
      'examples',
      '48',
    )
  })

  it('Slurm: every task of the array writes its part', () => {
    const COULIS = `${process.execPath} ${cli.path}`
    for (const SLURM_ARRAY_TASK_ID of ['1', '2', '3']) {
      const env = { SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT: '3', SLURM_CPUS_PER_TASK: '2', RESULTS: 'by-slurm' }
      expect(shell([join(FOLDER, 'slurm.sh')], { COULIS, ...env }).code).toBe(0)
    }
    expectWhole(
      [1, 2, 3].map(part => `by-slurm/part-${part}.jsonl`),
      'examples',
      '48',
    )
  })

  it('Kubernetes: an Indexed Job whose pods print their parts', () => {
    const { apiVersion, kind, spec } = parse(text('kubernetes.yaml'))
    expect([apiVersion, kind, spec.completionMode]).toEqual(['batch/v1', 'Job', 'Indexed'])
    const [container] = spec.template.spec.containers
    const env = Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value]))
    expect(Number(env.PARTS)).toBe(spec.completions)
    const [file, flag] = container.command
    expect([file, flag]).toEqual(['/bin/sh', '-c'])
    const logs = Array.from({ length: spec.completions }, (_, index) => {
      const printed = shell(['-c', container.args[0]], {
        ...env,
        ...ENV,
        PARTS: env.PARTS,
        JOB_COMPLETION_INDEX: `${index}`,
      })
      expect(printed.code).toBe(0)
      return printed.out
    })
    cli.file('logs.jsonl', logs.join(''))
    expectWhole(['logs.jsonl'], 'examples', '48')
  })

  it('a CI matrix: one job for each part, then one that merges', () => {
    const { jobs, env } = parse(text('github-actions.yml'))
    const { matrix } = jobs.part.strategy
    expect(matrix.part).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
    expect(Number(env.CASES)).toBeGreaterThan(0)
    const fill = (command: string, part: number): string =>
      command.replaceAll(/\$\{\{ github\.run_number \}\}/g, '7').replaceAll(/\$\{\{ matrix\.part \}\}/g, `${part}`)
    const runs = jobs.part.steps
      .map(({ run }: { run?: string }) => run)
      .filter((run?: string) => run?.includes('coulis'))
    expect(runs).toHaveLength(1)
    for (const part of [1, 2, 3, 16]) expect(shell(['-e', '-c', fill(runs[0], part)]).code).toBe(0)
    // The parts that were not run are what merge misses, and nothing else.
    const { run } = jobs.merge.steps.at(-1)
    const { code, out } = shell(['-c', run])
    expect([code, out]).toEqual([130, expect.stringContaining('missing 12 parts: 4/16, 5/16')])
    expect(out).toContain('48 cases')
  })
})
