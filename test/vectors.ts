// Where the shared conformance data is, if it is there. Tests that need it are skipped, with the reason, where it is not.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** The folder of the shared vectors, or undefined: `COULIS_VECTORS`, else `../shared/vectors` beside the clone. */
export const vectors: string | undefined = [
  process.env.COULIS_VECTORS,
  resolve(import.meta.dirname, '../../shared/vectors'),
]
  .filter(path => path !== undefined)
  .find(path => existsSync(path))
