// The moves as buttons, backwards on the left and forwards on the right. Not the keys: keys.ts.
import type { Move, View } from '../protocol.ts'
import { count } from './format.ts'

interface MoveButton {
  readonly move: Move
  readonly key: string
  readonly title: string
  readonly isBack: boolean
}

export const MOVE_BUTTONS: readonly MoveButton[] = [
  { move: 'start', key: 'Home', title: 'start', isBack: true },
  { move: 'reverse', key: 'r', title: 'run back', isBack: true },
  { move: 'backOut', key: 'U', title: 'back out', isBack: true },
  { move: 'backOver', key: 'O', title: 'back over', isBack: true },
  { move: 'back', key: 'S', title: 'step back', isBack: true },
  { move: 'step', key: 's', title: 'step', isBack: false },
  { move: 'stepOver', key: 'o', title: 'over', isBack: false },
  { move: 'stepOut', key: 'u', title: 'out', isBack: false },
  { move: 'continue', key: 'c', title: 'continue', isBack: false },
  { move: 'end', key: 'End', title: 'end', isBack: false },
]

interface Props {
  readonly view: View
  onMove(move: Move): void
}

export function Toolbar({ view, onMove }: Props) {
  const { time, frontier, end } = view
  const isAtEnd = end !== undefined && end.time === time
  const isOver = isAtEnd && (end.exit === 'halt' || end.exit === 'panic')
  const button = ({ move, key, title, isBack }: MoveButton) => (
    <button
      type="button"
      key={move}
      class={move === 'step' || move === 'back' ? 'primary' : ''}
      disabled={isBack ? time === 0 : isOver}
      title={`${title} (${key})`}
      data-move={move}
      onClick={() => onMove(move)}
    >
      {isBack ? `◀ ${title}` : `${title} ▶`}
    </button>
  )
  return (
    <div class="toolbar" role="toolbar" aria-label="Moves">
      {MOVE_BUTTONS.filter(({ isBack }) => isBack).map(button)}
      <output class="time" title="Instructions executed, of those known; gas left">
        {count(time)} / {count(frontier)}
        {end === undefined ? '+' : ''}
        <small class="dim"> {count(view.gas)} gas</small>
      </output>
      {MOVE_BUTTONS.filter(({ isBack }) => !isBack).map(button)}
    </div>
  )
}
