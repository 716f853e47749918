// Contracts compiled from Solidity (test/host/contract/solidity, npm run solidity:tools; scripts/solidity.mjs) on every engine: values,
// storage, events, reverts, calls of each other. What they have to give is what Solidity says, computed here by hand.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../../src/engine/create.ts'
import { ENGINE_KINDS } from '../../../src/engine/engine.ts'
import {
  type ContractChainOptions,
  type ContractLogLine,
  type ContractResult,
  createContractChain,
  type Hex,
  keccak256,
} from '../../../src/host/contract/index.ts'
import { loadProgram } from '../../../src/program/program.ts'
import { bytesAt, call, hex, reason, topic, values, word, words } from './abi.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/contracts')
const EXAMPLE = join(import.meta.dirname, '../../../examples/contracts/flipper.polkavm')
const code = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(name === 'Flipper' ? EXAMPLE : join(FIXTURES, `${name}.polkavm`)))
const ALICE: Hex = `0x${'a1'.repeat(20)}`
const BOB: Hex = `0x${'b0'.repeat(20)}`
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const slot = (n: number): Hex => `0x${word(n)}`

function returned(result: ContractResult): Uint8Array {
  expect(result.failure?.message).toBeUndefined()
  expect(result.outcome).toBe('returned')
  return result.output
}

describe.each(ENGINE_KINDS)('contracts on %s', engine => {
  const chainOf = (options: ContractChainOptions = {}) => createContractChain({ engine, ...options })

  it('Flipper: constructor, storage, an event, a revert with a reason', () => {
    const chain = chainOf()
    const { address } = chain.deploy(code('Flipper'), { data: values(1), from: ALICE })
    const get = () => words(returned(chain.call(address, { data: call('get()') })))
    expect(get()).toEqual([1n])
    const flip = chain.call(address, { data: call('flip()') })
    returned(flip)
    expect(flip.events).toEqual([
      {
        address,
        topics: [topic('Flipped(bool,uint256)'), slot(0)],
        data: Uint8Array.from(Buffer.from(word(1), 'hex')),
      },
    ])
    expect(get()).toEqual([0n])
    expect([...chain.account(address)!.storage].map(([key, value]) => [key, hex(value)])).toEqual([
      [slot(0), slot(0)],
      [slot(1), slot(1)],
    ])
    const only = chain.call(address, { data: call('only(bool)', 1) })
    expect(only.outcome).toBe('reverted')
    expect(reason(only.output)).toBe('not so')
    expect(chain.call(address, { data: call('unknown()') }).outcome).toBe('reverted')
  })

  it('Token: mappings, strings, immutables, custom errors, panics', () => {
    const chain = chainOf({ block: { timestamp: 1_700_000_000n } })
    const supply = 10n ** 24n
    const made = chain.deploy(code('Token'), { data: values(text('Coulis'), supply), from: ALICE })
    const { address } = made
    expect(made.events).toMatchObject([
      { topics: [topic('Transfer(address,address,uint256)'), slot(0), `0x${word(ALICE)}`] },
    ])
    const ask = (data: Hex, from = ALICE) => returned(chain.call(address, { data, from }))
    const balance = (of: Hex) => words(ask(call('balanceOf(address)', of)))[0]
    expect(words(ask(call('totalSupply()')))).toEqual([supply])
    expect(words(ask(call('issuer()')))).toEqual([BigInt(ALICE)])
    expect(words(ask(call('born()')))).toEqual([1_700_000_000n])
    expect(new TextDecoder().decode(bytesAt(ask(call('name()')), 0))).toBe('Coulis')
    expect(words(ask(call('transfer(address,uint256)', BOB, 1000)))).toEqual([1n])
    expect([balance(ALICE), balance(BOB)]).toEqual([supply - 1000n, 1000n])

    const tooMuch = chain.call(address, { data: call('transfer(address,uint256)', ALICE, 1001), from: BOB })
    expect(tooMuch.outcome).toBe('reverted')
    const error = hex(keccak256(text('Insufficient(address,uint256,uint256)')).subarray(0, 4))
    expect(hex(tooMuch.output)).toBe(`${error}${word(BOB)}${word(1000)}${word(1001)}`)

    const data = call('transferFrom(address,address,uint256)', ALICE, BOB, 5)
    const denied = chain.call(address, { data, from: BOB })
    expect(hex(denied.output)).toBe(`0x4e487b71${word(0x11)}`) // Panic(0x11): arithmetic overflow
    ask(call('approve(address,uint256)', BOB, 5))
    ask(data, BOB)
    expect(balance(BOB)).toBe(1005n)
    // A mapping's place is the hash of key and slot.
    const place = hex(ask(call('slotHash(address)', BOB)))
    expect(place).toBe(hex(keccak256(Buffer.from(word(BOB) + word(0), 'hex'))))
    expect(BigInt(hex(chain.account(address)!.storage.get(place)!))).toBe(1005n)
  })

  it('Token: a revert undoes what the call did before, events too', () => {
    const chain = chainOf()
    const { address } = chain.deploy(code('Token'), { data: values(text('T'), 100), from: ALICE })
    const before = [...chain.account(address)!.storage].map(([key, value]) => [key, hex(value)])
    const both = chain.call(address, { data: call('both(address,address,uint256)', BOB, BOB, 60), from: ALICE })
    expect(both.outcome).toBe('reverted')
    expect(both.events).toEqual([])
    expect(chain.events).toHaveLength(1)
    expect([...chain.account(address)!.storage].map(([key, value]) => [key, hex(value)])).toEqual(before)
    const fits = chain.call(address, { data: call('both(address,address,uint256)', BOB, BOB, 50), from: ALICE })
    expect(fits.outcome).toBe('returned')
    expect(fits.events).toHaveLength(2)
  })

  it('Token: byte strings of every length around a word, and arithmetic of 256 bits', () => {
    const chain = chainOf()
    const { address } = chain.deploy(code('Token'), { data: values(text(''), 0), from: ALICE })
    for (const length of [0, 1, 31, 32, 33, 64, 200]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i + length)
      returned(chain.call(address, { data: call('remember(bytes)', bytes) }))
      expect(bytesAt(returned(chain.call(address, { data: call('remembered()') })), 0), `${length}`).toEqual(bytes)
    }
    const [a, b, m] = [2n ** 85n - 19n, 2n ** 255n + 12345n, 2n ** 256n - 189n]
    const output = returned(chain.call(address, { data: call('mulmods(uint256,uint256,uint256)', a, b, m) }))
    expect(words(output)).toEqual([(a * b) % m, a ** 3n, BigInt.asUintN(256, -(a / 7n))])
    // An event's data has a limit on this chain: 416 bytes.
    const long = chain.call(address, { data: call('remember(bytes)', new Uint8Array(400)) })
    expect(long.failure?.code).toBe('value-too-large')
  })

  const factoryOf = (options: ContractChainOptions = {}) => {
    const chain = chainOf(options)
    chain.setBalance(ALICE, 10n ** 18n)
    chain.upload(code('Child'))
    const { address } = chain.deploy(code('Factory'), { from: ALICE })
    const go = (data: Hex, value = 0n, gas = 10n ** 9n) => chain.call(address, { data, value, from: ALICE, gas })
    return { chain, address, go }
  }

  it('Factory: instantiates with value, by nonce and by salt, and not twice', () => {
    const { chain, address, go } = factoryOf()
    const made = go(call('make(uint256)', 42), 10n)
    const child = `0x${words(returned(made))[0]!.toString(16).padStart(40, '0')}` as Hex
    expect(made.events).toMatchObject([{ address, topics: [topic('Made(address,uint256)'), `0x${word(child)}`] }])
    expect(chain.account(child)).toMatchObject({ balance: 5n, nonce: 1n, codeHash: hex(keccak256(code('Child'))) })
    expect(chain.account(address)).toMatchObject({ balance: 5n, nonce: 2n })
    expect(words(returned(go(call('look()'))))).toEqual([42n])
    const salted = call('makeSalted(uint256,bytes32)', 1, 77)
    const init = keccak256(Buffer.concat([code('Child'), Buffer.from(word(1), 'hex')]))
    const expected = keccak256(
      Buffer.concat([Buffer.of(0xff), Buffer.from(address.slice(2) + word(77), 'hex'), init]),
    ).subarray(12)
    expect(words(returned(go(salted)))).toEqual([BigInt(hex(expected))])
    expect(go(salted).outcome).toBe('reverted')
    expect(new TextDecoder().decode(bytesAt(returned(go(call('tryMake(uint256)', 13))), 0))).toBe('unlucky')
    expect(new TextDecoder().decode(bytesAt(returned(go(call('tryMake(uint256)', 14))), 0))).toBe('made')
  })

  it('Factory: calls with value, static calls, delegate calls, failures that are caught', () => {
    const { chain, address, go } = factoryOf()
    const child = hex(returned(go(call('make(uint256)', 1))).subarray(12))
    expect(words(returned(go(call('poke(uint256)', 21), 7n)))).toEqual([42n])
    expect(chain.account(child)?.balance).toBe(7n)
    expect(new TextDecoder().decode(bytesAt(returned(go(call('tryChild()'))), 0))).toBe('child failed')
    expect(words(returned(go(call('look()'))))).toEqual([21n]) // what the child did before it failed is undone
    expect(words(returned(go(call('staticSet(uint256)', 5))))).toEqual([0n])
    expect(words(returned(go(call('look()'))))).toEqual([21n])
    expect(words(returned(go(call('touched()'))))).toEqual([2n])
    const stranger = chain.call(child, { data: call('set(uint256)', 1), from: ALICE })
    expect(reason(stranger.output)).toBe('not the owner')
    // In a delegate call the sender is still Alice, who does not own the child; immutables are the child's.
    const delegated = returned(go(call('delegated(uint256)', 5)))
    expect(words(delegated)[0]).toBe(0n)
    expect(reason(bytesAt(delegated, 1))).toBe('not the owner')
    expect(hex(go(call('nope()')).output)).toContain(hex(keccak256(text('Nope(uint256,string)')).subarray(0, 4)))
    const [balance, hash, size] = words(returned(go(call('account(address)', child))))
    expect([balance, hash, size]).toEqual([7n, BigInt(hex(keccak256(code('Child')))), BigInt(code('Child').length)])
    const nobody = words(returned(go(call('account(address)', BOB))))
    expect(nobody).toEqual([0n, 0n, 0n])
    expect(words(returned(go(call('account(address)', ALICE))))[1]).toBe(BigInt(hex(keccak256(new Uint8Array(0)))))
    expect(go(call('pay(address)', BOB), 9n).outcome).toBe('returned')
    expect(chain.account(BOB)?.balance).toBe(9n)
    expect(words(returned(go(call('payTooMuch(address,uint256)', BOB, 10n ** 20n))))).toEqual([0n])
    expect(chain.account(address)?.balance).toBe(0n)
  })

  it('Factory: what a contract learns of its surroundings; transient storage; reentrance', () => {
    const { address, go } = factoryOf({ block: { number: 7n, timestamp: 8n, chainId: 9n } })
    expect(words(returned(go(call('surroundings()'), 3n)))).toEqual(
      [address, ALICE, ALICE, 3n, 3n, 7n, 8n, 9n, 4n].map(BigInt),
    )
    expect(words(returned(go(call('locked()'))))).toEqual([2n])
    expect(words(returned(go(call('locked()'))))).toEqual([2n]) // transient storage is gone with the call before
    const [hash, at] = words(returned(go(call('hashes(bytes)', text('abc')))))
    expect([hash, at]).toEqual([BigInt(hex(keccak256(text('abc')))), 64n])
  })

  it('Factory: a callee may use all gas, and depth is limited', () => {
    const { go } = factoryOf()
    returned(go(call('make(uint256)', 1)))
    // resolc hands on all gas whatever Solidity's limit says; limits of `call` are in hostile.test.ts.
    const all = go(call('trySpin(uint256)', 1000), 0n, 50_000n)
    expect(all.failure?.code).toBe('out-of-gas')
    expect(all.gasUsed).toBe(50_000n)
    expect(words(returned(go(call('touched()'))))).toEqual([0n]) // what the caller had done before is undone
    expect(words(returned(go(call('deeper(uint256)', 24))))).toEqual([24n])
    // The frame that would be too deep fails its caller; the one above sees a callee that trapped.
    expect(words(returned(go(call('deeper(uint256)', 40))))).toEqual([24n])
  })

  it('imports that nobody answers, precompiles that are not there, functions of the caller’s own', () => {
    const { go } = factoryOf()
    const sha = go(call('sha(bytes)', text('abc')))
    expect(sha.failure?.code).toBe('unsupported-precompile')
    const two: Hex = `0x${word(2).slice(24)}`
    const with2 = factoryOf({ precompiles: { [two]: input => keccak256(input) } })
    expect(hex(returned(with2.go(call('sha(bytes)', text('abc')))))).toBe(hex(keccak256(text('abc'))))
    const cause = new Error('no clock here')
    const broken = factoryOf({
      handlers: {
        now: () => {
          throw cause
        },
      },
    })
    expect(() => broken.go(call('surroundings()'))).toThrow(/no clock here/)
    expect(broken.go(call('touched()')).outcome).toBe('returned') // the chain goes on
  })

  it('a host function that throws inside of a callee ends the whole call, and nothing has changed', () => {
    const cause = new Error('nobody calls')
    let isBroken = false
    const { chain, address, go } = factoryOf({
      handlers: {
        caller: vm => {
          if (isBroken) throw cause
          vm.memory.write(vm.regs32[14]!, Buffer.from(address.slice(2), 'hex')) // the factory is the only one who calls
        },
      },
    })
    returned(go(call('make(uint256)', 1)))
    const storage = () => [...chain.account(address)!.storage].map(([key, value]) => [key, hex(value)])
    const before = storage()
    isBroken = true
    expect(() => go(call('poke(uint256)', 2), 3n)).toThrow(/nobody calls/)
    isBroken = false
    expect(storage()).toEqual(before)
    expect(chain.account(address)?.balance).toBe(0n)
    expect(words(returned(go(call('poke(uint256)', 2))))).toEqual([4n])
  })

  it('a machine of the caller’s own that is stopped on the way is no success', () => {
    const chain = chainOf()
    const { address } = chain.deploy(code('Flipper'), { data: values(1) })
    const prepared = chain.prepareCall(address, { data: call('flip()') })
    using vm = createEngine({ kind: engine }).instantiate(loadProgram(code('Flipper')), prepared.start)
    const { outcome, failure } = prepared.finish(vm, vm.step(500))
    expect([outcome, failure?.code]).toEqual(['failed', 'stopped'])
    expect(words(returned(chain.call(address, { data: call('get()') })))).toEqual([1n])
  })

  it('the log says in words what was asked for, inner calls further in', () => {
    const lines: ContractLogLine[] = []
    const { go } = factoryOf({ onLine: line => lines.push(line) })
    returned(go(call('make(uint256)', 1)))
    lines.length = 0
    returned(go(call('poke(uint256)', 2)))
    const inner = lines.filter(({ depth }) => depth === 1)
    expect(inner.map(({ name }) => name)).toContain('set_storage')
    const stored = lines.find(({ name }) => name === 'set_storage')!
    expect(stored.words).toBe(`${slot(0)} := 32 bytes ${slot(2)}, before 32 bytes ${slot(1)}`)
    const [begun, ended] = lines.filter(({ name }) => name === 'call')
    expect(begun!.words).toMatch(/^0x[0-9a-f]{40}, value 0, 36 bytes 0x60fe47b1/)
    expect(ended!.words).toBe(`→ Success, 32 bytes ${slot(4)}`)
    expect(ended!.gas).toBeGreaterThan(0n)
  })

  it('prices of imported functions are charged', () => {
    const free = factoryOf().go(call('surroundings()')).gasUsed
    const paid = factoryOf({ prices: { origin: 1000, chain_id: () => 500n } }).go(call('surroundings()')).gasUsed
    expect(paid - free).toBe(1500n)
  })
})

const compiler = join(import.meta.dirname, 'solidity/node_modules/@parity/resolc')

describe.skipIf(!existsSync(compiler))('with the compiler of npm run solidity:tools', () => {
  it('the committed contracts are what the compiler makes of the sources', () => {
    const script = join(import.meta.dirname, '../../../scripts/solidity.mjs')
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})
