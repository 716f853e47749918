// Where the gas went: a flame graph, widest on top, and a table. Not the counting: worker/survey.ts.
import { useState } from 'preact/hooks'
import type { FlameNode, Survey } from '../protocol.ts'
import { count } from './format.ts'

interface Props {
  readonly survey: Survey | undefined
  onGo(pc: number): void
}

const MOST_DEPTH = 24
const NARROWEST = 0.002
const BAR = 20

interface Bar {
  readonly key: string
  readonly node: FlameNode
  readonly left: number
  readonly width: number
  readonly depth: number
}

function barsOf(root: FlameNode): Bar[] {
  const bars: Bar[] = []
  const visit = (node: FlameNode, left: number, depth: number, key: string): void => {
    const width = root.total === 0 ? 0 : node.total / root.total
    if (width < NARROWEST || depth > MOST_DEPTH) return
    bars.push({ key, node, left, width, depth })
    let at = left
    node.children.forEach((child, i) => {
      visit(child, at, depth + 1, `${key}/${i}`)
      at += root.total === 0 ? 0 : child.total / root.total
    })
  }
  visit(root, 0, 0, '')
  return bars
}

export function ProfilePanel({ survey, onGo }: Props) {
  const [zoomed, setZoomed] = useState<FlameNode | undefined>(undefined)
  if (survey === undefined) return <p class="dim">Run the program first: the profile counts what was executed.</p>
  const { flame, functions } = survey
  const bars = barsOf(zoomed ?? flame)
  const depth = Math.max(...bars.map(bar => bar.depth), 0) + 1
  const total = Math.max(1, flame.total)
  return (
    <div class="profile">
      {zoomed !== undefined && (
        <button type="button" onClick={() => setZoomed(undefined)}>
          Show the whole run
        </button>
      )}
      <div class="flame" style={{ height: `${depth * BAR}px` }}>
        {bars.map(({ key, node, left, width, depth: level }) => (
          <button
            type="button"
            key={key}
            class={`bar bar${level % 4}`}
            style={{ left: `${left * 100}%`, width: `${width * 100}%`, top: `${level * BAR}px` }}
            title={`${node.name}: ${count(node.total)} gas, ${count(node.gas)} of its own, ${count(node.calls)} calls`}
            onClick={() => setZoomed(node)}
          >
            {node.name}
          </button>
        ))}
      </div>
      <table>
        <thead>
          <tr>
            <th>function</th>
            <th class="number">own gas</th>
            <th class="number">share</th>
            <th class="number">calls</th>
          </tr>
        </thead>
        <tbody>
          {functions.slice(0, 200).map(({ name, start, gas, calls }) => (
            <tr key={name}>
              <td>
                {start === undefined ? (
                  name
                ) : (
                  <button type="button" class="link" onClick={() => onGo(start)}>
                    {name}
                  </button>
                )}
              </td>
              <td class="number">{count(gas)}</td>
              <td class="number">{((gas / total) * 100).toFixed(1)} %</td>
              <td class="number">{count(calls)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
