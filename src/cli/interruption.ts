// Signals that ask a command to end: Ctrl-C, a closed terminal, the system. A long command says then how far it came. Not what it says.

/** In a terminal that is closed it is SIGHUP; a system that shuts down, a job that is over its time and `kill` send SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Signals that a terminal sends to all its processes. Workers leave it to the one that started them what is to be ended. */
export const TERMINAL_SIGNALS = ['SIGINT', 'SIGHUP'] as const

/**
 * Calls `interrupt` at the first of these signals. The next one ends the process, as without this.
 *
 * @returns what ends this.
 */
export function onInterrupt(interrupt: () => void): () => void {
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, first)
  }
  const first = (): void => {
    stop()
    interrupt()
  }
  for (const signal of SIGNALS) process.on(signal, first)
  return stop
}
