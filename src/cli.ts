// Entry of the `coulis` command. Everything is in cli/, loaded behind the runtime's cache of compiled code.
import module from 'node:module'

/** The package's version; scripts/build-cli.mjs fills it in. */
declare const __COULIS_VERSION__: string

// Node 22 and later keep what they compiled for the next start; NODE_DISABLE_COMPILE_CACHE=1 says no.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()
const { main } = await import('./cli/main.ts')
await main(__COULIS_VERSION__)
