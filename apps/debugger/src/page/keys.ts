// Keys that move. Not where the focus is in a field.
import { useLayoutEffect } from 'preact/hooks'
import type { Move } from '../protocol.ts'
import { MOVE_BUTTONS } from './toolbar.tsx'

interface Actions {
  move(move: Move): void
  toggle(): void
  share(): void
  help(): void
  cancel(): void
}

const IN_FIELDS = ['INPUT', 'TEXTAREA', 'SELECT']

export function useKeys(active: boolean, { move, toggle, share, help, cancel }: Actions): void {
  useLayoutEffect(() => {
    if (!active) return
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof HTMLElement && IN_FIELDS.includes(event.target.tagName)) return
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const found = MOVE_BUTTONS.find(({ key }) => key === event.key)
      if (found !== undefined) move(found.move)
      else if (event.key === 'b') toggle()
      else if (event.key === 'l') share()
      else if (event.key === '?') help()
      else if (event.key === 'Escape') cancel()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [active, move, toggle, share, help, cancel])
}

/** What was typed is done: keys move again. */
export function leaveField(): void {
  const { activeElement } = document
  if (activeElement instanceof HTMLElement && IN_FIELDS.includes(activeElement.tagName)) activeElement.blur()
}
