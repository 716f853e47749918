// How the program starts, and on which engine: opening again with other words. Not the checks: the worker says what is wrong.
import type { Facts, StartText } from '../protocol.ts'

interface Props {
  readonly facts: Facts
  readonly start: StartText
  onStart(start: StartText): void
}

const ENGINES = ['auto', 'recompiler', 'interpreter', 'reference'] as const

export function StartPanel({ facts, start, onStart }: Props) {
  const again = (event: Event): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = ['entry', 'args', 'gas', 'engine', 'profile'].map(name => [name, String(form.get(name) ?? '').trim()])
    const { host, state } = start
    onStart({
      ...(Object.fromEntries(given.filter(([, text]) => text !== '')) as StartText),
      ...(host && { host }),
      ...(state && { state }),
    })
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
      <h3>What it is</h3>
      <table class="about">
        <tbody>
          {[['file', facts.what] as const, ...facts.about].map(([word, said]) => (
            <tr key={word}>
              <th scope="row">{word}</th>
              <td>{said}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {facts.warnings.length > 0 && (
        <>
          <h3>Warnings</h3>
          <ul class="events">
            {facts.warnings.slice(0, 100).map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
