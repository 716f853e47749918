// All pictures of docs/images that are drawn by script, by file name. `npm run pictures` writes them.
import { exitPicture } from './exit.ts'
import { hotLoopPicture } from './hot-loop.ts'
import { memoryPicture } from './memory.ts'
import { recordPicture } from './record.ts'
import { wayPicture } from './way.ts'

/** `header` is the text of the core's vm.h. */
export function pictures(header: string): Readonly<Record<string, string>> {
  return {
    'way.svg': wayPicture(),
    'memory.svg': memoryPicture(),
    'record.svg': recordPicture(header),
    'exit.svg': exitPicture(),
    'hot-loop.svg': hotLoopPicture(),
  }
}
