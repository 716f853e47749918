// What happened: host calls, calls that have not returned, who wrote a value, where the run stops. Lists to go to a time from.
import { useEffect, useState } from 'preact/hooks'
import type { CallView, FrameView, OriginView, View } from '../protocol.ts'
import type { Client } from './client.ts'
import { count, hex } from './format.ts'
import { leaveField } from './keys.ts'

interface Common {
  readonly client: Client
  readonly view: View
  onTime(time: number): void
}

const PAGE = 200

export function Calls({ client, view, surveyed, onTime }: Common & { readonly surveyed: number }) {
  const [calls, setCalls] = useState<readonly CallView[]>([])
  const [from, setFrom] = useState(0)
  useEffect(() => {
    let isOld = false
    client.ask('calls', from, PAGE).then(
      found => isOld || setCalls(found),
      () => {},
    )
    return () => {
      isOld = true
    }
  }, [client, from, view.calls, surveyed])
  const [only, setOnly] = useState('')
  const names = [...new Set(calls.map(({ name }) => name))].sort()
  if (view.calls === 0) return <p class="dim">No host calls so far. Run on: they are listed here as they are made.</p>
  return (
    <div>
      {view.calls > PAGE && (
        <p class="row">
          <button type="button" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - PAGE))}>
            earlier
          </button>
          {count(from + 1)} to {count(Math.min(view.calls, from + PAGE))} of {count(view.calls)}
          <button type="button" disabled={from + PAGE >= view.calls} onClick={() => setFrom(from + PAGE)}>
            later
          </button>
        </p>
      )}
      {names.length > 1 && (
        <label>
          Show{' '}
          <select value={only} onChange={event => setOnly(event.currentTarget.value)}>
            <option value="">all calls</option>
            {names.map(name => (
              <option key={name} value={name}>
                {name} only
              </option>
            ))}
          </select>
        </label>
      )}
      <ol class="events">
        {calls
          .filter(({ name }) => only === '' || name === only)
          .map(({ at, name, pc, words, result, code, wrote, gas, time }) => (
            <li key={at} class={at < view.callCount ? 'past' : 'future'}>
              <button type="button" disabled={time === undefined} onClick={() => onTime(time!)}>
                <span class="when">{time === undefined ? '' : count(time)}</span> <b>{name}</b> {words}
                <span class="dim">
                  {result === undefined ? '' : ` → ${code ?? `r7 = ${hex(result)}`}`}
                  {wrote === 0 ? '' : `, wrote ${count(wrote)} bytes`}, {count(gas)} gas, pc {pc}
                </span>
              </button>
            </li>
          ))}
      </ol>
    </div>
  )
}

export function Stack({ client, view, onTime }: Common) {
  const [frames, setFrames] = useState<readonly FrameView[]>([])
  useEffect(() => {
    let isOld = false
    client.ask('stack').then(
      found => isOld || setFrames(found),
      () => {},
    )
    return () => {
      isOld = true
    }
  }, [client, view])
  return (
    <ol class="events" start={0}>
      {frames.map(({ pc, place, time }, i) => (
        <li key={`${pc} ${time}`}>
          {time === undefined ? (
            <span>
              {place}{' '}
              <span class="dim">
                pc {pc}
                {i === 0 ? ', here' : ''}
              </span>
            </span>
          ) : (
            <button type="button" title="Go to the call" onClick={() => onTime(time)}>
              {place}{' '}
              <span class="dim">
                called from pc {pc} at time {count(time)}
              </span>
            </button>
          )}
        </li>
      ))}
    </ol>
  )
}

interface OriginProps {
  readonly what: string | undefined
  readonly chain: readonly OriginView[] | undefined
  readonly time: number
  onTime(time: number): void
}

export function Origins({ what, chain, time: now, onTime }: OriginProps) {
  if (what === undefined)
    return <p class="dim">Press “who wrote?” beside a register, or click a byte of memory and ask the same about it.</p>
  if (chain === undefined) return <p class="dim">Looking for who wrote {what} …</p>
  if (chain.length === 0)
    return <p>{what} holds what it held when the run began: nothing has written it before this moment.</p>
  return (
    <div>
      <p>
        Who wrote <b>{what}</b>? Newest first: each came from the one below. Click to go there.
      </p>
      <ol class="events origin">
        {chain.map(({ time, pc, what: target, instruction, place }) => (
          <li key={`${time} ${target}`} class={time === now ? 'now' : ''}>
            <button type="button" onClick={() => onTime(time)}>
              <span class="when">{count(time)}</span> {target} ← <code>{instruction}</code>
              <span class="dim">
                {' '}
                pc {pc}
                {place === undefined ? '' : `, ${place}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}

export function Points({ view, onRemove }: { readonly view: View; onRemove(id: number): void }) {
  if (view.points.length === 0)
    return <p class="dim">None. Click the margin left of an instruction, or “watch” beside a register or byte.</p>
  return (
    <ul class="events">
      {view.points.map(({ id, what, hits }) => (
        <li key={id} class="row">
          <span>
            {what} <span class="dim">{hits === 0 ? '' : `stopped there ${count(hits)}×`}</span>
          </span>
          <button type="button" aria-label={`Remove ${what}`} onClick={() => onRemove(id)}>
            remove
          </button>
        </li>
      ))}
    </ul>
  )
}

interface EditsProps {
  readonly view: View
  onTime(time: number): void
  onGas(gas: string): void
}

/** What somebody changed by hand, and the gas, which can be changed here. */
export function Edits({ view, onTime, onGas }: EditsProps) {
  const set = (event: Event): void => {
    event.preventDefault()
    const gas = String(new FormData(event.currentTarget as HTMLFormElement).get('gas')).trim()
    leaveField()
    if (gas !== '') onGas(gas)
  }
  return (
    <>
      <h3>Changed by hand</h3>
      {view.edits.length === 0 && (
        <p class="dim">
          Nothing. “set” beside a register, “Write” in Memory, and gas here change the machine at this moment; what
          comes behind runs anew.
        </p>
      )}
      <ol class="events">
        {view.edits.map(({ time, registers = [], memory = [], gas }, i) => (
          <li key={`${time} ${i}`}>
            <button type="button" onClick={() => onTime(time)}>
              <span class="when">{count(time)}</span>{' '}
              {[
                ...registers.map(([register, value]) => `r${register} = ${value}`),
                ...memory.map(([address, bytes]) => `${hex(address)} = ${bytes.slice(0, 40)}`),
                ...(gas === undefined ? [] : [`gas ${gas}`]),
              ].join(', ')}
            </button>
          </li>
        ))}
      </ol>
      <form class="row" onSubmit={set}>
        <label>
          Gas <input name="gas" key={view.time} placeholder={count(view.gas)} />
        </label>
        <button type="submit">Set</button>
      </form>
    </>
  )
}
