// Every engine passes the same suites.
import { availableEngines, createEngine } from '../../src/index.ts'
import { engineSuite } from '../suite/suite.ts'

for (const kind of availableEngines()) {
  const engine = createEngine({ kind })
  engineSuite(kind, (program, options) => engine.instantiate(program, options))
}
