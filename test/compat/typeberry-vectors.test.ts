// coulis/typeberry on the shared vectors and recorded runs, beside typeberry's own machines. Not edge cases: typeberry.test.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { objectOf, parseJson, registersOf, stringOf } from '../../src/conform/json.ts'
import { vectorBytes, vectorStart } from '../../src/conform/vector.ts'
import { parseTrace, type Trace, type TraceState } from '../../src/trace/index.ts'
import { vectors } from '../vectors.ts'
import { type Client, hex, ours, read, type Start, stateOf } from './client.ts'
import { arePeersInstalled, TYPEBERRY_PEERS, typeberryOverOurAnanas, typeberryPeer, unlessInstalled } from './peers.ts'

const W3F = vectors && join(vectors, 'w3f-pvm')
const TRACES = vectors && join(vectors, 'traces')

function filesIn(folder: string | undefined, ending: string): string[] {
  if (folder === undefined) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith(ending))
}

interface Vector extends Start {
  readonly name: string
  readonly status: string
  readonly expected: readonly bigint[] | undefined
}

function vectorOf(name: string): Vector | undefined {
  const json = objectOf(parseJson(readFileSync(join(W3F!, name), 'utf8')), name)
  if (json.program === undefined) return undefined
  const { entry, gas, regs = [], pages = [], memory = [] } = vectorStart(json)
  const expected = json['expected-regs-hex'] ?? json['expected-regs']
  return {
    name,
    program: vectorBytes(json),
    pc: entry as number,
    gas,
    regs: BigUint64Array.from(regs as bigint[]),
    pages,
    memory,
    status: stringOf(json['expected-status'], 'expected-status'),
    expected: expected === undefined ? undefined : registersOf(expected, 'expected-regs'),
  }
}

/** Everything a machine shows of one vector. */
function runVector(client: Client, vector: Vector): string[] {
  client.load(vector)
  client.pvm.runProgram()
  return [stateOf(client.pvm), ...vector.pages.map(page => read(client.pvm, page.address, page.length))]
}

const STATUS: Readonly<Record<string, number>> = { halt: 0, panic: 1, 'page-fault': 2, host: 3, 'out-of-gas': 4 }

function state(what: string, { pc, gas, regs }: TraceState): string {
  return `${what} pc ${pc} gas ${gas} ${hex(new Uint8Array(regs.slice().buffer))}`
}

function seenState(what: string, { pvm }: Client): string {
  return `${what} pc ${pvm.getPC()} gas ${BigInt(pvm.gas.get())} ${hex(pvm.registers.getAllEncoded())}`
}

/** The host's part of a recorded run; what the machine shows at every call and at the end. */
function replay(client: Client, trace: Trace): string[] {
  const { pvm } = client
  pvm.resetJam(trace.program, trace.initial[0]?.bytes ?? new Uint8Array(0), trace.start.pc, trace.start.gas)
  const lines: string[] = []
  for (const call of trace.calls) {
    pvm.runProgram()
    lines.push(seenState(`${pvm.getStatus()} ${pvm.getExitParam()}`, client))
    for (const { address, bytes } of call.reads) lines.push(read(pvm, address, bytes.length))
    for (const { address, bytes } of call.writes) lines.push(String(pvm.memory.store(address, bytes).isOk))
    const registers = new BigUint64Array(pvm.registers.getAllEncoded().slice().buffer)
    for (const { register, value } of call.registers) registers[register] = value
    pvm.registers.setAllEncoded(new Uint8Array(registers.buffer))
    if (call.gasAfter !== undefined) pvm.gas.set(call.gasAfter)
  }
  pvm.runProgram()
  return [...lines, seenState(`${pvm.getStatus()}`, client)]
}

/** What the record says of the same. */
function recorded(trace: Trace): string[] {
  const end = { HALT: 0, PANIC: 1, OOG: 4 }[trace.end.kind]
  return [
    ...trace.calls.flatMap(call => [
      state(`3 ${call.index}`, call),
      ...call.reads.map(({ bytes }) => hex(bytes)),
      ...call.writes.map(() => 'true'),
    ]),
    state(`${end}`, trace.end),
  ]
}

describe.skipIf(vectors === undefined)('typeberry: shared vectors', () => {
  const all = filesIn(W3F, '.json').flatMap(name => vectorOf(name) ?? [])

  it('are there', () => {
    expect(all.length).toBeGreaterThanOrEqual(311)
    expect(filesIn(TRACES, '.log').length).toBeGreaterThanOrEqual(32)
  })

  it('end as they say, on the reference machine, the interpreter and auto alike', () => {
    const machines = [ours('reference'), ours('interpreter'), ours('auto')]
    for (const vector of all) {
      const [first, ...others] = machines.map(machine => runVector(machine, vector))
      for (const other of others) expect(other, vector.name).toEqual(first)
      // "page-fault", or with the call's number behind "host".
      expect(first![0], vector.name).toMatch(new RegExp(`^status ${STATUS[vector.status.split(' ')[0]!]} `))
      const regs = new BigUint64Array(machines[0]!.pvm.registers.getAllEncoded().slice().buffer)
      if (vector.expected !== undefined) expect([...regs], vector.name).toEqual(vector.expected)
    }
  })

  it.each(filesIn(TRACES, '.log'))('%s replays as recorded', name => {
    const trace = parseTrace(readFileSync(join(TRACES!, name), 'utf8'))
    expect(replay(ours('interpreter'), trace)).toEqual(recorded(trace))
    expect(replay(ours('auto'), trace)).toEqual(recorded(trace))
  })

  describe.skipIf(!arePeersInstalled)(`beside typeberry's own machines${unlessInstalled}`, () => {
    it.each(TYPEBERRY_PEERS)('%s ends as ours on every vector', async name => {
      const peer = await typeberryPeer(name)
      const machine = ours('interpreter')
      const different = all.filter(
        vector => JSON.stringify(runVector(machine, vector)) !== JSON.stringify(runVector(peer, vector)),
      )
      expect(different.map(({ name }) => name)).toEqual([])
    })

    it('its class around anan-as, around ours instead, ends the same on every vector and replays every run', async () => {
      const over = await typeberryOverOurAnanas('interpreter')
      const machine = ours('interpreter')
      for (const vector of all) expect(runVector(over, vector), vector.name).toEqual(runVector(machine, vector))
      for (const file of filesIn(TRACES, '.log')) {
        const trace = parseTrace(readFileSync(join(TRACES!, file), 'utf8'))
        expect(replay(over, trace), file).toEqual(recorded(trace))
      }
    })

    it.each(TYPEBERRY_PEERS)('%s replays every recorded run as ours', async name => {
      const peer = await typeberryPeer(name)
      for (const file of filesIn(TRACES, '.log')) {
        const trace = parseTrace(readFileSync(join(TRACES!, file), 'utf8'))
        expect(replay(peer, trace), file).toEqual(recorded(trace))
      }
    })
  })
})
