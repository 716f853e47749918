// How the program starts, and on which engine: opening again with other words. Not the checks: the worker says what is wrong.
import type { Facts, StartText } from '../protocol.ts'

interface Props {
  readonly facts: Facts
  readonly start: StartText
  onStart(start: StartText): void
  onCompare(engine: NonNullable<StartText['engine']>): void
  readonly compared: string
}

const ENGINES = ['auto', 'recompiler', 'interpreter', 'reference'] as const

export function StartPanel({ facts, start, onStart, onCompare, compared }: Props) {
  const again = (event: Event): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = ['entry', 'args', 'gas', 'engine', 'profile'].map(name => [name, String(form.get(name) ?? '').trim()])
    onStart(Object.fromEntries(given.filter(([, text]) => text !== '')) as StartText)
  }
  return (
    <div class="start">
      <form onSubmit={again}>
        {facts.isTrace ? (
          <p class="dim">The record says how the program starts.</p>
        ) : (
          <>
            <label>
              Entry <input name="entry" list="entries" defaultValue={start.entry} placeholder="0" />
            </label>
            <datalist id="entries">
              {facts.entries.slice(0, 500).map(name => (
                <option key={name} value={name} />
              ))}
            </datalist>
            <label>
              Arguments, hex <input name="args" defaultValue={start.args} placeholder="none" />
            </label>
            <label>
              Gas <input name="gas" defaultValue={start.gas} placeholder="100,000,000" />
            </label>
          </>
        )}
        <label>
          Profile <input name="profile" defaultValue={start.profile} placeholder={facts.profile} />
        </label>
        <label>
          Engine{' '}
          <select name="engine" defaultValue={start.engine ?? 'auto'}>
            {ENGINES.map(engine => (
              <option key={engine} value={engine}>
                {engine}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary">
          Open again
        </button>
      </form>
      <h3>Two engines</h3>
      <p class="row">
        Run the same on
        {ENGINES.filter(engine => engine !== facts.engine && engine !== 'auto').map(engine => (
          <button type="button" key={engine} onClick={() => onCompare(engine)}>
            {engine}
          </button>
        ))}
      </p>
      <p role="status">{compared}</p>
    </div>
  )
}
