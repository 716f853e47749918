// Where editors reach the debugger: standard input and output, or a TCP port of this machine. Not what they say: adapter.ts.
import { createServer } from 'node:net'
import type { Terminal } from '../terminal.ts'
import { CoulisDebugSession } from './adapter.ts'

/** One editor, at the other end of standard input and output. Resolves when it goes. */
export function serveStdio(): Promise<void> {
  const session = new CoulisDebugSession()
  session.start(process.stdin, process.stdout)
  return new Promise(resolve => {
    process.stdin.on('end', resolve)
    process.stdin.on('close', resolve)
  })
}

/**
 * Editors connect to a port, and each gets a session of its own.
 *
 * @param port 0: one that is free, which is said on standard output.
 */
export function serveTcp(port: number, terminal: Terminal): Promise<void> {
  return new Promise((_, reject) => {
    const server = createServer(socket => {
      const session = new CoulisDebugSession()
      session.setRunAsServer(true)
      socket.on('error', () => socket.destroy())
      session.start(socket, socket)
    })
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      terminal.line(`listening on 127.0.0.1:${typeof address === 'object' ? address?.port : port}`)
      terminal.flush()
    })
  })
}
