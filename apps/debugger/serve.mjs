// Serves the built page on this machine only, with its Content-Security-Policy as a header too. Not the build: build.mjs.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const DIST = join(import.meta.dirname, 'dist')
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** The page's policy, from the page itself, so that there is one. `wasm` false: without WebAssembly. */
export function policyOf(html, wasm = true) {
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)[1].replace(/\s+/g, ' ')
  return wasm ? policy : policy.replace(" 'wasm-unsafe-eval'", '')
}

/** @param prefix the path the files lie under. */
export function serve({ port = 0, wasm = true, prefix = '/' } = {}) {
  const policy = policyOf(readFileSync(join(DIST, 'index.html'), 'utf8'), wasm)
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    const name = normalize(path.slice(prefix.length) || 'index.html')
    const isOutside = !path.startsWith(prefix) || name.split(sep).includes('..')
    try {
      if (isOutside) throw new Error('outside')
      const body = readFileSync(join(DIST, name))
      const type = TYPES[extname(name)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-cache' })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => done(server))
  })
}

const FIRST_PORT = 8021
const MOST_PORTS = 20

/** On the port that is asked for, or on the first one from 8021 on that is free. */
async function serveSomewhere() {
  const { PORT } = process.env
  if (PORT !== undefined) return serve({ port: Number(PORT) })
  for (let port = FIRST_PORT; ; port++) {
    try {
      return await serve({ port })
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port === FIRST_PORT + MOST_PORTS) throw error
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    const server = await serveSomewhere()
    console.log(`The debugger is at http://127.0.0.1:${server.address().port}/ until Ctrl+C ends it.`)
  } catch (error) {
    console.error(`The page cannot be served: ${error.message}. PORT=8080 npm run app takes another port.`)
    process.exitCode = 1
  }
}
