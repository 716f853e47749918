// What a host keeps for itself, for whoever puts another host around it. Not what is in it: that is the host's.
import type { HostTable } from './engine.ts'

/** The two functions of a host that has both, to be put into a host around it; else nothing. */
export function hostStateOf(host: HostTable | undefined): Pick<HostTable, 'snapshot' | 'restore'> {
  if (typeof host?.snapshot !== 'function' || typeof host.restore !== 'function') return {}
  return { snapshot: () => host.snapshot!(), restore: state => host.restore!(state) }
}
