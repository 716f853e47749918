// The state that a host keeps for itself. A host that is put around another one passes it through.
import type { HostTable } from './engine.ts'

/** The functions `snapshot` and `restore` of a host, for a host around it. None if the host does not have both. */
export function hostStateOf(host: HostTable | undefined): Pick<HostTable, 'snapshot' | 'restore'> {
  if (typeof host?.snapshot !== 'function' || typeof host.restore !== 'function') return {}
  return { snapshot: () => host.snapshot!(), restore: state => host.restore!(state) }
}
