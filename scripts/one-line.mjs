// A plugin for esbuild: what is generated as lines of hex becomes one line in a bundle. The line ends cost a tenth of it once it is
// gzipped, because they fall at another place of each repetition. In the repository there are lines, for those who compare them.
import { readFileSync } from 'node:fs'

/** Template literals of nothing but hex and line ends. */
const HEX = /`[0-9a-f\n]{200,}`/g

/** The plugin. */
export const hexInOneLine = {
  name: 'hex in one line',
  setup(build) {
    build.onLoad({ filter: /\.gen\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(HEX, lines => lines.replaceAll('\n', '')),
      loader: 'ts',
    }))
  },
}
