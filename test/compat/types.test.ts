// Adapters have the types of the peers' interfaces, as published. Not what they do: typeberry.test.ts and its neighbours.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arePeersInstalled, unlessInstalled } from './peers.ts'

const ROOT = join(import.meta.dirname, '../..')

describe.skipIf(!arePeersInstalled)(`types of the adapters${unlessInstalled}`, () => {
  it('fit the published interfaces, and what must not compile does not', () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', join(import.meta.dirname, 'peers')], {
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })
})
