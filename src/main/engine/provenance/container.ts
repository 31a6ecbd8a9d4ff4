/** Which cargo wrote an archive, judged by the container alone (provenance.md 1.4). */
import type { Container } from '../../../shared/provenance.ts'
import type { CrateArchive } from './crate-archive.ts'

export interface ContainerVerdict extends Container {
  /** One sentence when the container needs a cargo that was not out at the time of publication; null otherwise. */
  readonly contradictsDate: string | null
  /** The range overlaps 1.90 to 1.93, which could package untracked files unnoticed. */
  readonly mayMissUntracked: boolean
}

export function judgeContainer(_archive: CrateArchive, _publishedAt: string | null): ContainerVerdict {
  throw new Error('not built yet')
}
