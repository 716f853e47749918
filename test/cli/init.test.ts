// `coulis init`: a patch for a clone of a client that git applies, and the same in words.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLIENTS } from '../../src/cli/init-changes.ts'
import { createCli } from './cli.ts'

const cli = createCli()

/** Files with the lines that the changes look for, and others around them. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  typeberry: {
    'packages/jam/config/pvm-backend.ts':
      'export const PvmBackendNames = ["built-in", "ananas"];\n\nexport enum PvmBackend {\n  BuiltIn = 0,\n  Ananas = 1,\n}\n',
    'packages/core/pvm-host-calls/pvm-instance-manager.ts':
      'import { a } from "a";\nimport { b } from "b";\n\n// 1\n// 2\n// 3\n// 4\n// 5\n// 6\n// 7\n    switch (x) {\n      default:\n        assertNever(x);\n    }\n',
    'packages/workers/importer/protocol.ts':
      'before\n        if (o === PvmBackend.Ananas) {\n          return PvmBackend.Ananas;\n        }\n',
  },
  tsjam: {
    'packages/jam-core/src/pvm/proxy.ts':
      'import { BaseMemory, PVM, PVMImplementation } from "@tsjam/pvm-base";\nimport { pvmImplementation } from "@tsjam/pvm-js";\n\nexport const pvmImpl: PVMImplementation<PVM, BaseMemory> = pvmImplementation;\n',
  },
  'pvm-debugger': {
    'apps/web/src/lib/runtime.ts':
      'import AnanasWorker from "../workers/ananas.worker.ts?worker";\n\nswitch (id) {\n    case "ananas": {\n    }\n    default:\n      throw 1;\n}\n',
    'apps/web/src/lib/debugger-settings.ts': 'const list = [\n  { id: "ananas", label: "ananas", hint: "…" },\n];\n',
  },
}

function clone(client: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-init-'))
  for (const [path, text] of Object.entries(FILES[client]!)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  execFileSync('git', ['init', '-q'], { cwd: folder })
  return folder
}

describe('coulis init', () => {
  it.each(Object.keys(CLIENTS))('%s: git applies the patch, every line is where it belongs', client => {
    const folder = clone(client)
    const { out: stdout, code } = cli.run(['init', client, folder])
    expect(code).toBe(0)
    execFileSync('git', ['apply', '-'], { cwd: folder, input: stdout })
    for (const { path, creates, edits = [] } of CLIENTS[client]!.changes) {
      const text = readFileSync(join(folder, path), 'utf8')
      if (creates !== undefined) expect(text).toBe(`${creates.join('\n')}\n`)
      for (const { lines } of edits) expect(text).toContain(`${lines.join('\n')}\n`)
      // What was there is there, but for what is replaced.
      const before = FILES[client]![path]?.split('\n') ?? []
      const replaced = edits.filter(({ replaces }) => replaces).length
      expect(before.filter(line => !text.split('\n').includes(line)).length).toBeLessThanOrEqual(replaced)
    }
    const again = cli.run(['init', client, folder])
    expect([again.code, again.err]).toEqual([2, expect.stringMatching(/has coulis already|is there already/)])
  })

  it('says what to put in by hand where a line is not found, and writes nothing', () => {
    const folder = clone('tsjam')
    const file = join(folder, 'packages/jam-core/src/pvm/proxy.ts')
    writeFileSync(file, 'nothing\n')
    const { out: stdout, err: stderr, code } = cli.run(['init', 'tsjam', folder])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('in place of')
    const empty = mkdtempSync(join(tmpdir(), 'coulis-init-'))
    expect(cli.run(['init', 'pvm-debugger', empty]).code).toBe(2)
    expect(existsSync(join(empty, 'apps'))).toBe(false)
  })

  it.each(Object.keys(CLIENTS))('%s: says it in words, and as JSON', client => {
    const { out: stdout } = cli.run(['init', client])
    const { changes, repository } = JSON.parse(cli.run(['init', client, '--json']).out)
    expect(stdout).toContain(repository)
    for (const { path, edits, creates = [] } of changes) {
      expect(stdout).toContain(path)
      for (const line of [...creates, ...edits.flatMap((edit: { lines: string[] }) => edit.lines)])
        expect(stdout).toContain(line)
    }
  })

  it('knows no others', () => {
    expect(cli.run(['init', 'polkajam']).code).toBe(2)
  })
})
