// `coulis work`: parts of campaigns from a queue, for work that grows and machines that come and go. Not the queue: work-queue.ts.

import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { formatCount, formatPlural } from './format.ts'
import { onInterrupt } from './interruption.ts'
import { toJson } from './json.ts'
import { parseCount } from './options.ts'
import { jobsOf, jobsOption } from './pool.ts'
import type { Terminal } from './terminal.ts'
import { COMMANDS, halvesOf, partsOfCampaign, partsOfFolder, reductionsOf, resultLines } from './work-parts.ts'
import {
  type DoPart,
  HopelessPart,
  openQueue,
  type PartJob,
  type PartQueue,
  type QueueAddress,
  workOn,
} from './work-queue.ts'

interface Options {
  readonly queue: string
  readonly name: string
  readonly jobs?: number
  readonly add?: number
  readonly budget?: number
  readonly grow?: string
  readonly every?: number
  readonly status?: boolean
  readonly results?: boolean
  readonly retry?: boolean
  readonly drain?: boolean
  readonly json?: boolean
  readonly lock: number
}

/** Exit codes of a part that has a result: nothing differs, something does, an engine broke down. */
const RESULTS: readonly number[] = [ExitCode.Ok, ExitCode.Different, ExitCode.Internal]

/** This answers whether a part printed all of its results. */
function isWhole(lines: string): boolean {
  return /(^|\n)\{"event":"done"[^\n]*\}\n$/.test(lines)
}

/** Runs parts as processes of this command line; `stop` ends them. */
function partRunner(): { readonly doPart: DoPart; stop(): void } {
  const children = new Set<ReturnType<typeof spawn>>()
  const doPart: DoPart = ({ args }) =>
    new Promise((resolve, reject) => {
      if (!Array.isArray(args) || !COMMANDS.includes(args[0]!)) return reject(new HopelessPart('no part of a campaign'))
      const child = spawn(process.execPath, [process.argv[1]!, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      children.add(child)
      let [lines, errors] = ['', '']
      child.stdout.setEncoding('utf8').on('data', data => (lines += data))
      child.stderr.setEncoding('utf8').on('data', data => (errors = `${errors}${data}`.slice(-2000)))
      child.on('error', reject)
      child.on('close', (code, signal) => {
        children.delete(child)
        if (code !== null && RESULTS.includes(code) && isWhole(lines)) return resolve({ code, lines })
        const said = errors.trim().split('\n').at(-1) ?? ''
        const reason = `${signal === null ? `exit code ${code}` : signal}${said === '' ? '' : `: ${said}`}`
        reject(code === ExitCode.Usage ? new HopelessPart(reason) : new Error(reason))
      })
    })
  return {
    doPart,
    stop() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** Does a part, and adds what it brings after it before it counts as done: added twice that is there once. */
async function doWith(queue: PartQueue, doPart: DoPart, part: PartJob): Promise<{ code: number; lines: string }> {
  if (part.until !== undefined && Date.now() > part.until) return { code: ExitCode.Ok, lines: '' }
  try {
    const result = await doPart(part)
    await queue.add(reductionsOf(part, result))
    return result
  } catch (error) {
    const halves = error instanceof HopelessPart ? halvesOf(part) : []
    if (halves.length === 0) throw error
    await queue.add(halves)
    return { code: ExitCode.Ok, lines: '' }
  }
}

const nameOf = ({ args }: PartJob): string => `coulis ${args.join(' ')}`

/** Works until Ctrl-C, or until nothing is left with `drain`. */
async function work(address: QueueAddress, { jobs, drain }: Options, terminal: Terminal): Promise<number> {
  const queue = await openQueue(address)
  const { doPart, stop } = partRunner()
  const { green, red, yellow } = terminal.errorColors
  let done = 0
  let wake = (_interrupted: boolean): void => {}
  const ended = new Promise<boolean>(resolve => {
    wake = resolve
  })
  const say = (text: string): void => terminal.error(text)
  const worker = await workOn(address, jobsOf(jobs), part => doWith(queue, doPart, part), {
    onDone(part, { code, lines }) {
      if (lines === '') return say(`${yellow('left out')}  ${nameOf(part)}`)
      done += 1
      say(`${code === 0 ? green('done') : red(`found, exit code ${code}`)}  ${nameOf(part)}`)
    },
    onFailed: (part, reason) => say(`${red('failed')}  ${part === undefined ? 'a part' : nameOf(part)}: ${reason}`),
    onError: message => say(`${red('the queue:')} ${message}`),
    onServer: isThere => say(isThere ? green('the queue is back') : yellow('the queue is away; waiting for it')),
  })
  onInterrupt(() => wake(true))
  const look = async (): Promise<void> => {
    const { waiting, active, delayed } = await queue.status()
    if (waiting + active + delayed === 0) wake(false)
  }
  const timer = drain ? setInterval(() => void look().catch(() => {}), 500) : undefined
  const interrupted = await ended
  clearInterval(timer)
  // Parts that were begun fail here and are tried again elsewhere: by their lock, or at once where the server is told.
  if (interrupted) stop()
  await Promise.race([worker.close(), new Promise(resolve => setTimeout(resolve, 5000))])
  await Promise.race([queue.close(), new Promise(resolve => setTimeout(resolve, 1000))])
  terminal.line(`${formatPlural(done, 'part')} done here${interrupted ? ', interrupted' : ''}`)
  return interrupted ? ExitCode.Interrupted : ExitCode.Ok
}

/** Adds parts for the files of a folder that are new, once or again and again until Ctrl-C. */
async function grow(queue: PartQueue, args: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const { grow: folder, every } = options
  let wake = (): void => {}
  let interrupted = false
  onInterrupt(() => {
    interrupted = true
    wake()
  })
  const known = await queue.keys()
  for (;;) {
    const parts = partsOfFolder(args, folder!, known)
    await queue.add(parts)
    const keys = parts.flatMap(({ keys = [] }) => keys)
    for (const key of keys) known.add(key)
    if (parts.length > 0 || every === undefined) {
      terminal.line(`${formatPlural(keys.length, 'new file')} of ${folder} in ${formatPlural(parts.length, 'part')}`)
      terminal.flush()
    }
    if (every === undefined) return ExitCode.Ok
    if (!interrupted)
      await new Promise<void>(resolve => {
        wake = resolve
        setTimeout(resolve, 1000 * every)
      })
    if (interrupted) return ExitCode.Ok
  }
}

/** Adds parts, or looks into the queue. */
async function manage(
  address: QueueAddress,
  args: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const until = options.budget === undefined ? undefined : Date.now() + 1000 * options.budget
  const parts = options.add === undefined ? undefined : partsOfCampaign(args, options.add, until)
  if (options.grow !== undefined) partsOfFolder(args, options.grow, new Set()) // refuses before the server is asked
  const queue = await openQueue(address)
  try {
    if (options.grow !== undefined) return await grow(queue, args, options, terminal)
    if (parts !== undefined) {
      await queue.add(parts)
      terminal.line(`${formatPlural(parts.length, 'part')} in the queue ${address.name}`)
      return ExitCode.Ok
    }
    if (options.retry) {
      terminal.line(`${formatPlural(await queue.retry(), 'part')} put back`)
      return ExitCode.Ok
    }
    if (options.results) {
      for (const lines of resultLines(await queue.results())) terminal.bytes(new TextEncoder().encode(lines))
      return ExitCode.Ok
    }
    const status = await queue.status()
    const { waiting, active, delayed, done, poison } = status
    if (options.json) terminal.line(toJson(status))
    else {
      terminal.line(
        `${formatCount(done)} done, ${formatCount(active)} at work, ${formatCount(waiting + delayed)} waiting, ${formatCount(poison.length)} set aside`,
      )
      for (const { args, attempts, reason } of poison)
        terminal.line(
          `${terminal.colors.red('set aside')} after ${formatPlural(attempts, 'try').replace('trys', 'tries')}: ${reason}\n${nameOf({ args })}`,
        )
    }
    return poison.length > 0 ? ExitCode.Different : ExitCode.Ok
  } finally {
    await queue.close()
  }
}

/** Adds the command. */
export function addWork(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('work')
    .description(
      'Works on parts of campaigns from a queue on a Redis server: for work that is added while it is done and machines that ' +
        'come and go. A part that a machine leaves goes to another; what fails again and again is set aside. Needs the packages ' +
        'bullmq and ioredis. Whoever can write to the queue decides what its workers read: keep it among yourselves ' +
        '(docs/campaigns.md).',
    )
    .argument(
      '[command...]',
      'with --add or --grow, behind --: the campaign, fuzz, conform or replay with their options',
    )
    .requiredOption('--queue <url>', 'the server, redis://host:port')
    .option('--name <name>', 'the queue on it, one for each campaign', 'coulis')
    .addOption(jobsOption())
    .option('--drain', 'end when nothing is left, instead of waiting for more')
    .option('--add <parts>', 'add a campaign in so many parts; what is there already is not added again', parseCount)
    .option('--budget <seconds>', 'with --add: parts that nobody has begun by then are left out', parseCount)
    .option('--grow <folder>', 'add parts for the files of a folder that have none yet, for conform and replay')
    .option('--every <seconds>', 'with --grow: look again and again, until Ctrl-C', parseCount)
    .option('--status', 'say how many parts are where, and what was set aside; exit code 1 if anything was')
    .option('--results', 'print what the finished parts printed, for coulis merge')
    .option('--retry', 'put back what was set aside')
    .option('--json', 'print the status as JSON')
    .option(
      '--lock <seconds>',
      'a worker that says nothing for so long has died; its parts go to others',
      parseCount,
      30,
    )
    .addHelpText(
      'after',
      `
Examples:
  coulis work --queue redis://10.0.0.1 --add 500 -- fuzz --seed nightly --cases 100000
  coulis work --queue redis://10.0.0.1 --add 5000 --budget 28800 -- fuzz --seed nightly --cases 1000000
  coulis work --queue redis://10.0.0.1 --grow /shared/traces --every 60 -- replay
  coulis work --queue redis://10.0.0.1                      on every machine
  coulis work --queue redis://10.0.0.1 --status
  coulis work --queue redis://10.0.0.1 --results | coulis merge -`,
    )
    .action(async (args: string[], options: Options) => {
      const { queue: url, name } = options
      if (!/^rediss?:\/\/[^\s]+$/.test(url) || !URL.canParse(url))
        throw new CliError(`${url}: expected redis://host:port`)
      if (!/^[\w.-]{1,100}$/.test(name)) throw new CliError(`${name}: a name has letters, digits, - _ and .`)
      const { add, grow, budget, every } = options
      const asked = [add !== undefined, grow !== undefined, options.status, options.results, options.retry]
      const commands = asked.filter(Boolean).length
      if (commands > 1) throw new CliError('--add, --grow, --status, --results and --retry are five commands')
      if (args.length > 0 && add === undefined && grow === undefined)
        throw new CliError(`${args[0]}: only with --add or --grow`)
      if (budget !== undefined && add === undefined) throw new CliError('--budget: only with --add')
      if (every !== undefined && (grow === undefined || every < 1)) throw new CliError('--every: seconds, with --grow')
      if (!(options.lock >= 3 && options.lock <= 3600)) throw new CliError('--lock: expected 3 to 3600 seconds')
      const address = { url, name, lock: 1000 * options.lock }
      exit(await (commands === 0 ? work(address, options, terminal) : manage(address, args, options, terminal)))
    })
}
