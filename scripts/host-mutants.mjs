// Breaks the rules of the service host, one at a time, in a copy of the sources, and looks whether its tests turn red. Not a test:
// the tests are what is tested here. A rule that nobody notices is printed, and the exit code is 1.
//
//   node scripts/host-mutants.mjs [--only TEXT] [--check]
//
// --check only looks whether the sources still have the places.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
const COPY = join(ROOT, 'build/host-mutants')
const { values: options } = parseArgs({ options: { only: { type: 'string' }, check: { type: 'boolean' } } })

/** What is wrong, in which file, what is looked for, what it becomes. */
const RULES = [
  [
    'own number and 2^64 - 1 both mean the service',
    'context.ts',
    'if (id === 2n ** 64n - 1n) return this.self',
    'if (id === 2n ** 64n - 1n) return undefined',
  ],
  [
    'an id of 2^32 and more is none',
    'context.ts',
    'return id < 2n ** 32n ? Number(id) : undefined',
    'return Number(id & 0xffffffffn)',
  ],
  ['the next id is 42 on', 'context.ts', 'const ID_STEP = 42', 'const ID_STEP = 43'],
  [
    'ids that exist are passed over',
    'context.ts',
    'while (accounts.get(id) !== undefined) id',
    'if (accounts.get(id) !== undefined) id',
  ],
  ['checkpoint copies the accounts', 'context.ts', 'accounts: x.accounts.fork(),', 'accounts: x.accounts,'],
  ['checkpoint copies the transfers', 'context.ts', 'transfers: x.transfers.fork(),', 'transfers: x.transfers,'],
  ['checkpoint copies the provisions', 'context.ts', 'provisions: x.provisions.fork(),', 'provisions: x.provisions,'],
  ['a storage entry counts 34 octets', 'account.ts', 'const STORAGE_OCTETS = 34n', 'const STORAGE_OCTETS = 32n'],
  ['a request counts two items', 'account.ts', 'const REQUEST_ITEMS = 2', 'const REQUEST_ITEMS = 1'],
  ['a request counts 81 octets', 'account.ts', 'const REQUEST_OCTETS = 81n', 'const REQUEST_OCTETS = 80n'],
  ['gratis is taken off', 'account.ts', '* octets - gratis', '* octets'],
  ['a threshold is not below 0', 'account.ts', 'return deposit > 0n ? deposit : 0n', 'return deposit'],
  ['available until y, not at y', 'account.ts', 'at < until', 'at <= until'],
  ['available from w on', 'account.ts', 'again <= at', 'again < at'],
  [
    'write is FULL below the threshold',
    'account-calls.ts',
    'if (thresholdOf({ ...counts',
    'if (length > 0 && thresholdOf({ ...counts',
  ],
  ['write answers the length before', 'account-calls.ts', 'BigInt(old.length)', 'BigInt(value.length)'],
  [
    'bless: memory before WHO',
    'privilege-calls.ts',
    'if (assigners === undefined || always === undefined) return HostAction.Panic\n',
    '',
  ],
  [
    'bless: only the manager since 0.8.0',
    'privilege-calls.ts',
    'if (is080 && self !== context.x.privileges.manager)',
    'if (self !== context.x.privileges.manager)',
  ],
  [
    'bless: HUH before WHO',
    'privilege-calls.ts',
    'if (is080 && self !== context.x.privileges.manager) return done(vm, HostResult.HUH)',
    '',
  ],
  ['bless: registrar is an id', 'privilege-calls.ts', ' || registrar >= IDS', ''],
  [
    'assign: CORE before HUH',
    'privilege-calls.ts',
    'if (core >= BigInt(coreCount)) return done(vm, HostResult.CORE)',
    '',
  ],
  ['assign: WHO', 'privilege-calls.ts', 'if (assigner >= IDS) return done(vm, HostResult.WHO)', ''],
  [
    'assign: only the assigner of the core',
    'privilege-calls.ts',
    'if (self !== assigners[Number(core)])',
    'if (!assigners.includes(self))',
  ],
  [
    'designate: only the delegator',
    'privilege-calls.ts',
    'if (!isSize || self !== context.x.privileges.delegator)',
    'if (!isSize)',
  ],
  ['designate: counts of 0.8.0', 'privilege-calls.ts', 'count >= LEAST_VALIDATORS && ', ''],
  ['new: a length of 2^32 panics', 'service-calls.ts', ' || length >= 2 ** 32', ''],
  [
    'new: gratis is the manager’s',
    'service-calls.ts',
    'if (gratis !== 0n && self !== privileges.manager) return done(vm, HostResult.HUH)',
    '',
  ],
  [
    'new: the creator keeps its threshold',
    'service-calls.ts',
    'if (own.balance - account.balance < own.threshold(constants))',
    'if (own.balance < account.balance)',
  ],
  [
    'new: a small id that is taken is FULL',
    'service-calls.ts',
    'if (isSmall && accounts.get(id) !== undefined) return done(vm, HostResult.FULL)',
    '',
  ],
  ['new: last accumulation is 0', 'service-calls.ts', 'lastAccumulation: 0', 'lastAccumulation: slot'],
  [
    'new: the registrar does not use up ids',
    'service-calls.ts',
    'if (!isSmall) context.advance()',
    'context.advance()',
  ],
  ['transfer: LOW', 'service-calls.ts', 'if (gas < receiver.account.minMemoGas) return done(vm, HostResult.LOW)', ''],
  [
    'transfer: the threshold stays',
    'service-calls.ts',
    'if (own.balance - amount < own.threshold(constants))',
    'if (own.balance < amount)',
  ],
  ['transfer: gas on success', 'service-calls.ts', '      vm.chargeGas(gas)\n', ''],
  ['transfer: all gas is used', 'service-calls.ts', '        vm.chargeGas(vm.gas)\n', ''],
  ['eject: the code hash names the ejector', 'service-calls.ts', '!isEjector(account.codeHash, self)', 'false'],
  ['eject: two items', 'service-calls.ts', 'account.items === LAST_ITEMS ? ', 'true ? '],
  [
    'eject: y < t - D',
    'service-calls.ts',
    'if (slots[1]! >= slot - constants.preimageExpungePeriod)',
    'if (slots[1]! > slot - constants.preimageExpungePeriod)',
  ],
  ['eject: the balance is taken', 'service-calls.ts', '      context.edited.balance += account.balance\n', ''],
  [
    'query: the length first since 0.8.0',
    'preimage-calls.ts',
    'if (refusesFirst && length >= MOST_LENGTH) return done(vm, HostResult.HUH)\n    const hash',
    'const hash',
  ],
  ['query: y and w', 'preimage-calls.ts', 'BigInt(y) + (BigInt(w) << 32n)', 'BigInt(y)'],
  [
    'solicit: FULL',
    'preimage-calls.ts',
    'if (changed.balance < changed.threshold(constants))',
    'if (slots === undefined && changed.balance < changed.threshold(constants))',
  ],
  [
    'solicit: only [x, y] again',
    'preimage-calls.ts',
    'if (slots !== undefined && slots.length !== 2)',
    'if (slots !== undefined && slots.length < 2)',
  ],
  [
    'forget: y < t - D',
    'preimage-calls.ts',
    'until < slot - constants.preimageExpungePeriod',
    'until <= slot - constants.preimageExpungePeriod',
  ],
  ['forget: [x, y, w] becomes [w, t]', 'preimage-calls.ts', '[slots[2]!, slot]', '[slots[0]!, slot]'],
  ['forget: the preimage goes too', 'preimage-calls.ts', '        edited.setPreimage(hash, undefined)\n', ''],
  ['provide: only what is asked for', 'preimage-calls.ts', 'slots.length !== 0 || ', ''],
  ['provide: once', 'preimage-calls.ts', ' || context.x.provisions.has(name)', ''],
  [
    'solicit: 2^32 and more is FULL',
    'preimage-calls.ts',
    'if (length >= MOST_LENGTH) return done(vm, HostResult.FULL)',
    '',
  ],
  [
    'transfer: dest is an id',
    'context.ts',
    'id < 2n ** 32n ? this.x.accounts.get(Number(id)) : undefined',
    'this.x.accounts.get(Number(BigInt.asUintN(32, id)))',
  ],
  ['round: an id is created once', 'round.ts', 'collisions.add(id)', 'collisions.size'],
  ['sequence: a hash is yielded once', 'block.ts', 'keyOf(given.hash)', 'yields.size'],
  [
    'provide: WHO before HUH',
    'preimage-calls.ts',
    'return done(vm, HostResult.WHO)',
    'return done(vm, HostResult.HUH)',
  ],
  ['accumulate: transfers are credited', 'accumulate.ts', 'amount += input.amount', 'amount += 0n'],
  [
    'accumulate: credited before the code is looked at',
    'accumulate.ts',
    'return { ...nothing, state, reason: code',
    'return { ...nothing, state: before, reason: code',
  ],
  [
    'accumulate: a result of 32 bytes is the yield',
    'accumulate.ts',
    'if (result.length === HASH)',
    'if (result.length >= HASH)',
  ],
  [
    'accumulate: y after a panic',
    'accumulate.ts',
    "if (outcome !== 'halt') return collect(context.y",
    "if (outcome === 'out-of-gas') return collect(context.y",
  ],
  [
    'accumulate: y after out of gas',
    'accumulate.ts',
    "if (outcome !== 'halt') return collect(context.y",
    "if (outcome === 'panic') return collect(context.y",
  ],
  ['accumulate: fetch 15', 'accumulate.ts', 'return inputs[index]', 'return inputs[0]'],
  ['round: ascending', 'round.ts', 'sort((a, b) => a - b)', 'sort()'],
  ['round: gas of transfers', 'round.ts', 'for (const transfer of inputs) gas += transfer.gas', ''],
  ['round: free gas', 'round.ts', 'let gas = free.get(service) ?? 0n', 'let gas = 0n'],
  ['round: a removed account is gone', 'round.ts', 'for (const id of removed) accounts.remove(id)', ''],
  [
    'round: the manager before the holder',
    'round.ts',
    'return manager === old ? holder : manager',
    'return holder === old ? manager : holder',
  ],
  ['round: staging of the old delegator', 'round.ts', 'staging: of(delegator).staging', 'staging: manager.staging'],
  [
    'round: provisions only where still asked for',
    'round.ts',
    'if (account.request(hash, data.length)?.length !== 0) continue',
    '',
  ],
  ['sequence: the longest prefix', 'block.ts', 'return used > gas', 'return used >= gas'],
  [
    'sequence: gas of transfers comes back',
    'block.ts',
    'gas = gas + sum(back.map(transfer => transfer.gas)) - sum',
    'gas = gas - sum',
  ],
  [
    'sequence: which transfers, by version',
    'block.ts',
    'const back = is080 ? round.transfers : transfers',
    'const back = transfers',
  ],
  ['sequence: free gas once', 'block.ts', 'free = new Map()\n', ''],
  ['block: its gas', 'block.ts', 'return own > least ? own : least', 'return own'],
  [
    'block: transfers are counted since 0.8.0',
    'block.ts',
    'if (is080) for (const { to } of processed)',
    'for (const { to } of processed)',
  ],
  ['block: preimages asked for before', 'block.ts', 'if (!isOpen(before) || !isOpen(after)) continue', ''],
  [
    'block: last accumulation',
    'block.ts',
    'state.accounts.edit(service).lastAccumulation = slot',
    'state.accounts.edit(service)',
  ],
  [
    'queue: the ring from the slot on',
    'ready-queue.ts',
    '[...ready.slice(phase), ...ready.slice(0, phase), queued]',
    '[...ready, queued]',
  ],
  ['queue: skipped slots are empty', 'ready-queue.ts', 'back < slot - before ? []', 'back <= slot - before ? []'],
  ['queue: done packages are no dependency', 'ready-queue.ts', 'new Set(accumulated.flat())', 'new Set<string>()'],
  ['queue: history is sorted', 'ready-queue.ts', '[...last].sort()', '[...last]'],
  ['refine: the item’s number is a varint', 'refine.ts', 'varint(core).varint(index)', 'uint(core, 2).varint(index)'],
  [
    'refine: the size of the whole preimage',
    'refine.ts',
    'if (preimage.length > chain.constants.maxServiceCode)',
    'if (code.length > chain.constants.maxServiceCode)',
  ],
  [
    'refine: no exports after a failure',
    'refine.ts',
    "exports: outcome === 'halt' ? exported : []",
    'exports: exported',
  ],
  ['export: FULL', 'refine.ts', 'if (offset + exported.length >= most)', 'if (exported.length >= most)'],
  [
    'export: memory before FULL',
    'refine.ts',
    'if (bytes === undefined) return HostAction.Panic\n    if (offset',
    'if (offset',
  ],
  [
    'is-authorized: the size of the code alone',
    'refine.ts',
    'if (code.length > chain.constants.maxAuthorizerCode)',
    'if (code.length + 1 > chain.constants.maxAuthorizerCode)',
  ],
  [
    'report: too long before bad exports',
    'refine.ts',
    'sizeBefore + result.length > constants.maxReportVariableSize',
    'exports.length === item.exports && sizeBefore + result.length > constants.maxReportVariableSize',
  ],
  ['operand: gas is a varint', 'encoding.ts', '.varint(input.gas)', '.uint(input.gas, 8)'],
]

function patch(text, search, replace) {
  const parts = text.split(search)
  return parts.length < 2 ? undefined : parts[0] + replace + parts.slice(1).join(search)
}

let missing = 0
for (const [name, file, search, replace] of RULES) {
  const text = readFileSync(join(ROOT, 'src/host/service', file), 'utf8')
  if (patch(text, search, replace) !== undefined) continue
  console.log(`no place any more: ${name} (${file})`)
  missing += 1
}
if (options.check) {
  console.log(`${RULES.length} rules of the service host, ${missing} without a place`)
  process.exit(missing > 0 ? 1 : 0)
}

rmSync(COPY, { recursive: true, force: true })
mkdirSync(COPY, { recursive: true })
for (const name of readdirSync(ROOT)) {
  const isNeeded = ['src', 'test', 'examples', 'package.json', 'vitest.config.ts'].includes(name)
  if (isNeeded || name.startsWith('tsconfig')) cpSync(join(ROOT, name), join(COPY, name), { recursive: true })
}
symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'))
/** Runs the tests; a mutant may go round for ever, so the whole group of processes ends with them. */
function tests() {
  return new Promise(resolve => {
    const run = spawn('npx', ['vitest', 'run', 'test/host/service', '--bail', '1'], {
      cwd: COPY,
      stdio: 'ignore',
      detached: true,
    })
    const end = () => {
      try {
        process.kill(-run.pid, 'SIGKILL')
      } catch {} // all of them have ended
    }
    const timer = setTimeout(end, 120_000)
    run.once('close', code => {
      clearTimeout(timer)
      end()
      resolve(code)
    })
  })
}

if ((await tests()) !== 0) throw new Error('the tests fail as they are')
const unnoticed = []
for (const [name, file, search, replace] of RULES.filter(([rule]) => rule.includes(options.only ?? ''))) {
  const path = join(COPY, 'src/host/service', file)
  const text = readFileSync(path, 'utf8')
  const wrong = patch(text, search, replace)
  if (wrong === undefined) continue
  writeFileSync(path, wrong)
  const isRed = (await tests()) !== 0
  writeFileSync(path, text)
  if (!isRed) unnoticed.push(name)
  console.log(`${isRed ? 'red     ' : 'UNNOTICED'} ${name}`)
}
console.log(`${RULES.length - missing} rules broken, ${unnoticed.length} unnoticed, ${missing} without a place`)
process.exit(unnoticed.length + missing > 0 ? 1 : 0)
