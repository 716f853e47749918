// What generating WebAssembly costs for every function of the recorded 105 KB service, cold and warm, and what V8's
// validation of the module adds.

import { skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { report } from '../lib/generation.mjs'

const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')
const { parseTrace } = await traceModule()
report('105 KB service', parseTrace(texts[0]).program, 8, {})
