// Entry of the `coulis` command. Everything is in cli/, loaded behind the runtime's cache of compiled code.

/** The package's version; scripts/build-cli.mjs fills it in. */
declare const __COULIS_VERSION__: string
/** Commands with a bundle of their own, and which it is: one file to load instead of forty. scripts/build-cli.mjs fills it in. */
declare const __COULIS_BUNDLES__: Readonly<Record<string, string>>

// Asked for in this way, a module of Node is there at once. To import it takes a millisecond.
const { enableCompileCache } = process.getBuiltinModule('module') as { enableCompileCache?: () => unknown }
// Node 22 and later keep what they compiled for the next start; NODE_DISABLE_COMPILE_CACHE=1 says no.
enableCompileCache?.()
const [, , command = ''] = process.argv
const bundle = Object.hasOwn(__COULIS_BUNDLES__, command) ? __COULIS_BUNDLES__[command] : undefined
const { main }: typeof import('./cli/main.ts') =
  bundle === undefined
    ? await import('./cli/main.ts')
    : await import(new URL(`commands/${bundle}.js`, import.meta.url).href)
await main(__COULIS_VERSION__)
