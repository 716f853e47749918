// The debugger as editors see it, spoken to by the protocol's own test client: standard streams and TCP, a program and a service.
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DebugClient } from '@vscode/debugadapter-testsupport'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectors } from '../vectors.ts'
import { createCli } from './cli.ts'

const cli = createCli()
const OVERFLOW = join(import.meta.dirname, '../../examples/overflow.pvm')
const ARGS = '0x68656c6c6f20776f726c64'

let server: ChildProcess
let port: number

beforeAll(async () => {
  server = spawn(process.execPath, [cli.path, 'debug', '--dap', '0'])
  const line = await new Promise<string>(resolve => server.stdout!.once('data', data => resolve(String(data))))
  port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(line)![1])
})

afterAll(() => {
  server.kill()
})

/** Breakpoints are set between launch and configurationDone, as editors do it. */
async function launched(
  launch: Record<string, unknown>,
  configure: (client: DebugClient) => Promise<unknown> = async () => undefined,
): Promise<{ client: DebugClient; stopped: DebugProtocol.StoppedEvent }> {
  const client = new DebugClient(process.execPath, '', 'coulis')
  client.defaultTimeout = 20_000
  await client.start(port)
  const [, stopped] = await Promise.all([
    (async () => {
      await Promise.all([client.waitForEvent('initialized'), client.launch(launch)])
      await configure(client)
      await client.configurationDoneRequest()
    })(),
    client.waitForEvent('stopped') as Promise<DebugProtocol.StoppedEvent>,
  ])
  return { client, stopped }
}

/** A request, and the stop it leads to. */
async function moved(client: DebugClient, request: Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> {
  const [event] = await Promise.all([client.waitForEvent('stopped'), request])
  return event.body as DebugProtocol.StoppedEvent['body']
}

async function top(client: DebugClient): Promise<DebugProtocol.StackFrame> {
  const { body } = await client.stackTraceRequest({ threadId: 1 })
  return body.stackFrames[0]!
}

async function variable(client: DebugClient, name: string, list = 1): Promise<string | undefined> {
  const { body } = await client.variablesRequest({ variablesReference: list })
  return body.variables.find(one => one.name === name)?.value
}

const THREAD = { threadId: 1 }

describe('a program in an editor', () => {
  it('says what it can, stops at its start, and has threads, scopes and sources', async () => {
    const { client, stopped } = await launched({ program: OVERFLOW, args: ARGS })
    expect(stopped.body.reason).toBe('entry')
    expect((await client.threadsRequest()).body.threads).toHaveLength(1)
    expect(await top(client)).toMatchObject({
      name: 'main',
      line: 15,
      source: { path: OVERFLOW },
      instructionPointerReference: '0x0',
    })
    const { body } = await client.scopesRequest({ frameId: 0 })
    expect(body.scopes.map(({ name }) => name)).toEqual(['Registers', 'Run', 'Host calls'])
    expect(await variable(client, 'r7')).toBe('0xfeff0000')
    expect(await variable(client, 'time', 2)).toBe('0')
    const sources = await client.customRequest('loadedSources', {})
    expect(sources.body.sources).toMatchObject([{ path: OVERFLOW }])
    await client.stop()
  })

  it('stops at source lines, steps over, into, out, and back', async () => {
    let set: DebugProtocol.SetBreakpointsResponse | undefined
    const { client, stopped } = await launched({ program: OVERFLOW, args: ARGS, stopAt: 'breakpoint' }, async one => {
      set = await one.setBreakpointsRequest({
        source: { path: OVERFLOW },
        breakpoints: [{ line: 26 }, { line: 999 }, { line: 30, condition: 'a1 == 4' }],
      })
    })
    expect(set!.body.breakpoints).toMatchObject([
      { verified: true, line: 27 },
      { verified: false },
      { verified: true, line: 30 },
    ])
    expect(stopped.body).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [set!.body.breakpoints[0]!.id] })
    expect((await client.stackTraceRequest(THREAD)).body).toMatchObject({
      totalFrames: 2,
      stackFrames: [
        { name: 'copy', line: 27 },
        { name: 'main', line: 17 },
      ],
    })
    await client.setBreakpointsRequest({
      source: { path: OVERFLOW },
      breakpoints: [{ line: 30, condition: 'a1 == 4' }],
    })
    expect((await moved(client, client.continueRequest(THREAD))).reason).toBe('breakpoint')
    expect(await variable(client, 'r8')).toBe('4')
    await moved(client, client.nextRequest(THREAD))
    expect((await top(client)).line).toBe(31)
    await moved(client, client.stepBackRequest(THREAD))
    expect((await top(client)).line).toBe(30)
    await moved(client, client.stepOutRequest(THREAD))
    expect(await top(client)).toMatchObject({ name: 'copied', line: 19 })
    await moved(client, client.stepInRequest(THREAD))
    expect(await top(client)).toMatchObject({ name: 'find' })
    await moved(client, client.stepInRequest({ ...THREAD, granularity: 'instruction' }))
    const time = await variable(client, 'time', 2)
    await moved(client, client.stepBackRequest({ ...THREAD, granularity: 'instruction' }))
    expect(Number(await variable(client, 'time', 2))).toBe(Number(time) - 1)
    await client.stop()
  })

  it('ends in an exception that is explained, and goes back to who wrote it', async () => {
    const { client, stopped } = await launched({ program: OVERFLOW, args: ARGS, stopAt: 'end' })
    expect(stopped.body).toMatchObject({
      reason: 'exception',
      description: 'the run ends here: PAGE-FAULT at 0x646000',
    })
    expect((await client.exceptionInfoRequest(THREAD)).body).toMatchObject({
      exceptionId: 'page-fault',
      description: expect.stringContaining('reads 8 bytes at 0x646c72, which is not mapped'),
    })
    const info = await client.dataBreakpointInfoRequest({ name: 'u64 @table' })
    expect(info.body).toMatchObject({ dataId: '0x20008+8', accessTypes: ['read', 'write', 'readWrite'] })
    const { body } = await client.setDataBreakpointsRequest({
      breakpoints: [{ dataId: info.body.dataId!, accessType: 'write' }],
    })
    expect(body.breakpoints).toMatchObject([{ verified: true }])
    expect((await moved(client, client.reverseContinueRequest(THREAD))).reason).toBe('data breakpoint')
    expect(await top(client)).toMatchObject({ name: 'copy', line: 29 })
    await client.setDataBreakpointsRequest({ breakpoints: [] })
    expect((await moved(client, client.reverseContinueRequest(THREAD))).reason).toBe('entry')
    await client.stop()
  })

  it('disassembles, reads and writes memory, sets variables, evaluates', async () => {
    const { client } = await launched({ program: OVERFLOW, args: ARGS })
    const code = await client.disassembleRequest({ memoryReference: '0x0', instructionOffset: -2, instructionCount: 5 })
    expect(code.body!.instructions.map(({ instruction }) => instruction)).toEqual([
      'no code',
      'no code',
      'move_reg r12, r0',
      'load_imm r2, 0x20000',
      'load_imm_jump r0, 2, @copy',
    ])
    expect(code.body!.instructions[2]).toMatchObject({
      address: '0x0',
      line: 15,
      symbol: 'main',
      instructionBytes: '64 0c',
    })
    const memory = await client.customRequest('readMemory', { memoryReference: '0x20008', count: 8 })
    expect(Buffer.from(memory.body.data, 'base64').readUInt32LE()).toBe(0x20010)
    const beyond = await client.customRequest('readMemory', { memoryReference: '0x20ffc', offset: 2, count: 8 })
    expect(beyond.body).toMatchObject({ address: '0x20ffe', unreadableBytes: 6 })
    await client.customRequest('writeMemory', { memoryReference: '0x20010', data: Buffer.from([7]).toString('base64') })
    await expect(client.customRequest('writeMemory', { memoryReference: '0x10', data: 'AA==' })).rejects.toThrow(
      'not mapped',
    )
    expect((await client.setVariableRequest({ variablesReference: 1, name: 'r8', value: '2 + 3' })).body.value).toBe(
      '5',
    )
    await expect(client.setVariableRequest({ variablesReference: 1, name: 'r8', value: 'nothing' })).rejects.toThrow(
      'nothing: no register',
    )
    expect((await client.evaluateRequest({ expression: 'u8[@entry] + a1' })).body).toMatchObject({ result: '0xc' })
    expect((await client.evaluateRequest({ expression: 'x/s a0', context: 'repl' })).body.result).toContain('hello')
    const instructions = await client.customRequest('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: '0x0', offset: 50 }, { instructionReference: '0x1' }],
    })
    expect(instructions.body.breakpoints).toMatchObject([
      { verified: true, instructionReference: '0x32' },
      { verified: false },
    ])
    expect((await moved(client, client.continueRequest(THREAD))).reason).toBe('instruction breakpoint')
    // Five bytes fit: the table is whole.
    const ended = await moved(client, client.continueRequest(THREAD))
    expect(ended).toMatchObject({ reason: 'pause', description: 'the run ends here: HALT' })
    const { body } = await client.completionsRequest({ text: 'last', column: 5 })
    expect(body.targets).toMatchObject([{ label: 'last-write', start: 0, length: 4 }])
    await client.customRequest('setInstructionBreakpoints', { breakpoints: [] })
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'copy' }] })
    expect((await moved(client, client.reverseContinueRequest(THREAD))).reason).toBe('function breakpoint')
    await moved(client, client.evaluateRequest({ expression: 'goto 1', context: 'repl' }))
    expect(await variable(client, 'time', 2)).toBe('1')
    await moved(client, client.restartRequest({ arguments: undefined } as never))
    expect(await variable(client, 'time', 2)).toBe('0')
    await client.stop()
  })

  it('can be paused while it runs, and is not moved meanwhile', async () => {
    const spin = join(cli.folder, cli.file('spin.pvm', '@a: add_imm_64 r7, r7, 1\njump @a'))
    const { client } = await launched({ program: spin, gas: '1000g', engine: 'interpreter' })
    await client.continueRequest(THREAD)
    await expect(client.nextRequest(THREAD)).rejects.toThrow('it is running')
    expect((await moved(client, client.pauseRequest(THREAD))).reason).toBe('pause')
    expect(Number(await variable(client, 'time', 2))).toBeGreaterThan(0)
    await client.stop()
  })

  it.each([
    [{}, 'program: expected the file to debug'],
    [{ program: 'missing.pvm' }, 'missing.pvm: there is no such file'],
    [{ program: OVERFLOW, gas: 'much' }, 'gas: expected a number'],
    [{ program: OVERFLOW, engine: 'fast' }, 'engine: expected reference'],
    [{ program: OVERFLOW, reg: ['r13=1'] }, 'reg: expected a register'],
    [{ program: OVERFLOW, stopAt: -1 }, 'stopAt: expected start'],
    [{ program: OVERFLOW, map: 5 }, 'map: expected a list'],
  ])('says what is wrong with %o', async (launch, message) => {
    const client = new DebugClient(process.execPath, '', 'coulis')
    await client.start(port)
    await client.initializeRequest()
    await expect(client.launchRequest(launch as never)).rejects.toThrow(message)
    await expect(client.continueRequest(THREAD)).rejects.toThrow('nothing is launched')
    await client.stop()
  })
})

describe.skipIf(vectors === undefined)('a recorded service in an editor', () => {
  it('over standard streams: opened at its end, back to a host call, to the last write, and forward again', async () => {
    const wrapper = join(cli.folder, 'adapter.mjs')
    writeFileSync(wrapper, `process.argv.push('debug', '--dap')\nawait import(${JSON.stringify(cli.path)})\n`)
    const client = new DebugClient(process.execPath, wrapper, 'coulis')
    client.defaultTimeout = 20_000
    await client.start()
    const program = join(vectors!, 'traces/trace-001.log')
    const [stopped] = await Promise.all([
      client.waitForEvent('stopped'),
      (async () => {
        await Promise.all([client.waitForEvent('initialized'), client.launch({ program, stopAt: 'end' })])
        await client.configurationDoneRequest()
      })(),
    ])
    expect(stopped.body).toMatchObject({ reason: 'pause', description: 'the run ends here: HALT' })
    expect(await variable(client, 'host calls', 2)).toBe('66')
    expect(await variable(client, '66', 3)).toMatch(/^ecalli 100 log/)
    await client.customRequest('setInstructionBreakpoints', { breakpoints: [{ instructionReference: String(93537) }] })
    expect((await moved(client, client.reverseContinueRequest(THREAD))).reason).toBe('instruction breakpoint')
    const { body } = await client.stackTraceRequest(THREAD)
    expect(body.stackFrames.map(({ name }) => name)).toEqual(['code at 93458', 'pc 74995'])
    const time = Number(await variable(client, 'time', 2))
    await moved(client, client.stepBackRequest(THREAD))
    expect(Number(await variable(client, 'time', 2))).toBe(time - 1)
    expect((await moved(client, client.continueRequest(THREAD))).reason).toBe('instruction breakpoint')
    expect(Number(await variable(client, 'time', 2))).toBe(time)
    await client.stop()
  })
})
