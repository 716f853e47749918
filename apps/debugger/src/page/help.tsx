// Keys and words, over the page. Not the document: docs/debugger-page.md.
import { useEffect, useRef } from 'preact/hooks'
import { MOVE_BUTTONS } from './toolbar.tsx'

const OTHERS = [
  ['b', 'breakpoint at pc; in the code, at the marked line'],
  ['↑ ↓ Page', 'in the code: mark a line'],
  ['Enter', 'in the code: run to the marked line'],
  ['← →', 'on the timeline: one instruction; among panels: the next one'],
  ['l', 'link to this moment'],
  ['Escape', 'cancel what takes long'],
  ['?', 'this'],
] as const

const WORDS = [
  ['time', 'instructions executed since the start. Every moment of a run has one, and can be gone to.'],
  ['pc', 'the code offset of the instruction that comes next'],
  ['block', 'instructions up to the next jump. Gas is charged per instruction or per block, by the profile.'],
  [
    'halt, panic, page fault, out of gas',
    'how a run ends. A host call that nobody answers stops it too: answer, and it goes on.',
  ],
  ['who wrote?', 'the instruction or host call that last wrote a register or byte, and where its value came from'],
] as const

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} class="help" aria-label="Keys and words" onClose={onClose}>
      <div class="halves">
        <section>
          <h3>Keys</h3>
          <dl>
            {MOVE_BUTTONS.map(({ key, title }) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{title}</dd>
              </div>
            ))}
            {OTHERS.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Words</h3>
          <dl class="words">
            {WORDS.map(([word, what]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <button type="button" class="primary" onClick={() => dialog.current!.close()}>
        Close
      </button>
    </dialog>
  )
}
