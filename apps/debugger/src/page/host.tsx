// Who answers host calls: somebody by hand, or a stub of a node whose state is written here. Not the list of calls: past.tsx.
import { useEffect, useState } from 'preact/hooks'
import type { Change, EndView, Facts, HostChoice, StartText, StorageView, View } from '../protocol.ts'
import type { Client } from './client.ts'
import { count, parseAddress } from './format.ts'
import { leaveField } from './keys.ts'

const CODES = ['OK', 'NONE', 'WHAT', 'OOB', 'WHO', 'FULL', 'CORE', 'CASH', 'LOW', 'HUH']

interface AnswerProps {
  readonly asks: NonNullable<EndView['asks']>
  onAnswer(change: Change): void
}

/** A host call that nobody answers, and a form that does. */
export function AnswerForm({ asks, onAnswer }: AnswerProps) {
  const [wrong, setWrong] = useState('')
  const answer = (event: Event): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string): string => String(form.get(name) ?? '').trim()
    const address = parseAddress(text('address'))
    if (text('bytes') !== '' && address === undefined) {
      setWrong('The bytes need an address.')
      return
    }
    setWrong('')
    leaveField()
    const registers = [7, 8].flatMap((register): [number, string][] =>
      text(`r${register}`) === '' ? [] : [[register, text(`r${register}`)]],
    )
    onAnswer({
      registers,
      ...(text('bytes') !== '' && { memory: [[address!, text('bytes')]] }),
      ...(text('gas') !== '' && { gas: `-${text('gas').replace(/^-/, '')}` }),
    })
  }
  return (
    <form class="answer" onSubmit={answer} aria-label="Answer the host call">
      <p>
        <b>{asks.name}</b> {asks.words}
      </p>
      <p class="row">
        <label>
          r7, the result <input name="r7" list="codes" placeholder="unchanged" />
        </label>
        <label>
          r8 <input name="r8" placeholder="unchanged" />
        </label>
        <datalist id="codes">
          {CODES.map(code => (
            <option key={code} value={code} />
          ))}
        </datalist>
      </p>
      <p class="row">
        <label>
          write at <input name="address" placeholder="0x…" />
        </label>
        <label>
          the bytes <input name="bytes" class="wide" placeholder={'hex, or "text"'} />
        </label>
        <label>
          gas it takes <input name="gas" placeholder="none" />
        </label>
        <button type="submit" class="primary">
          Answer and go on
        </button>
      </p>
      {wrong !== '' && <p role="alert">{wrong}</p>}
    </form>
  )
}

interface StateProps {
  readonly client: Client
  readonly facts: Facts
  readonly start: StartText
  readonly view: View
  onStart(start: StartText): void
}

const EXAMPLE = `{
  "service": 7,
  "slot": 42,
  "balance": "1000000",
  "storage": { "count": "0x0100000000000000" },
  "preimages": [],
  "inputs": []
}`

/** What the service has stored, and what it finds when it starts. */
export function StatePanel({ client, facts, start, view, onStart }: StateProps) {
  const [storage, setStorage] = useState<StorageView | undefined>(undefined)
  useEffect(() => {
    let isOld = false
    client.ask('storage').then(
      found => isOld || setStorage(found),
      () => {},
    )
    return () => {
      isOld = true
    }
  }, [client, view])
  if (facts.isTrace)
    return <p class="dim">The record answers the host calls of this run: there is no state behind them.</p>
  const again = (event: Event): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const { host: _, state: __, ...rest } = start
    const state = String(form.get('state') ?? '').trim()
    const host = String(form.get('host')) as HostChoice
    onStart({ ...rest, ...(host === 'hand' && { host }), ...(state !== '' && { state }) })
  }
  return (
    <div>
      {facts.hasState && storage !== undefined && (
        <>
          <h3>Storage at this moment</h3>
          {storage.entries.length === 0 && <p class="dim">Empty.</p>}
          <table class="storage">
            <tbody>
              {storage.entries.map(({ key, value, isChanged }) => (
                <tr key={key} class={isChanged ? 'changed' : ''}>
                  <th scope="row">{key}</th>
                  <td class="number">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {storage.more > 0 && <p class="dim">And {count(storage.more)} more.</p>}
        </>
      )}
      <form class="start" onSubmit={again}>
        <label>
          Host calls are answered{' '}
          <select name="host" defaultValue={start.host ?? 'stub'}>
            <option value="stub">by a node's stub, for services</option>
            <option value="hand">by hand: stop at each</option>
          </select>
        </label>
        <label>
          What the stub holds at the start, as JSON; text, or bytes as 0x…
          <textarea name="state" rows={8} spellcheck={false} defaultValue={start.state} placeholder={EXAMPLE} />
        </label>
        <button type="submit" class="primary">
          Open again with this
        </button>
      </form>
    </div>
  )
}
