/**
 * The options and figures of a draft, made when they are asked for and kept while the queue, its sizes and the draft stay
 * the same; and the rows that a page shows of them. Asks nobody.
 */
import type { WhatIfChange, WhatIfRows } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import type { Answer } from './answer.ts'
import { createFigures, type Figures } from './what-if-figures.ts'
import type { KnownPeers, WhatIfMemory } from './what-if-memory.ts'
import { listOptions, type Options } from './what-if-options.ts'
import { oldestCopy } from './what-if-peers.ts'
import type { WhatIfDeps } from './what-if-session.ts'

/** What a draft comes to. */
export interface Ready {
  readonly options: Options
  readonly figures: Figures
}

export interface ReadyFigures {
  /** Throws Cancelled. */
  of(draft: readonly WhatIfChange[]): Promise<Ready>
  /** Forgets what belonged to another answer of the queue. */
  refreshFor(answer: Answer): void
  /** Everything is looked up anew when it is next asked for. */
  forget(): void
}

type ReadyDeps = Pick<WhatIfDeps, 'current' | 'generation' | 'today' | 'sizeOf'>

/** Of an answer and a draft. */
interface Kept extends Ready {
  readonly answer: Answer
  /** Sizes arrive without a new answer. */
  readonly generation: number
  readonly draftText: string
}

/** Has nothing ready yet; `forget` reaches `memory` too. */
export function createReady(deps: ReadyDeps, memory: WhatIfMemory, quiet: Run): ReadyFigures {
  /** Everything that belongs to one answer of the queue. */
  let about: Answer | null = null
  let ready: Kept | null = null

  const forget = () => {
    memory.forget()
    ready = null
  }
  const refreshFor = (answer: Answer) => {
    if (answer === about) return
    about = answer
    forget()
  }
  return {
    async of(draft) {
      const answer = deps.current()
      refreshFor(answer)
      const draftText = JSON.stringify(draft)
      const generation = deps.generation()
      const isSame = ready?.answer === answer && ready.generation === generation && ready.draftText === draftText
      if (ready !== null && isSame) return ready
      return (ready = { answer, generation, draftText, ...(await prepare(deps, memory, answer, draft, quiet)) })
    },
    refreshFor,
    forget,
  }
}

async function prepare(
  deps: ReadyDeps,
  memory: WhatIfMemory,
  answer: Answer,
  draft: readonly WhatIfChange[],
  quiet: Run,
): Promise<Ready> {
  const { workspace, solved } = answer
  const { peers, translations } = memory
  const known = await memory.knownPeers()
  const releases = await memory.heard(answer)
  const input = { workspace, solved, today: deps.today(), draft, known, peers, translations, releases }
  const options = await listOptions(input, quiet)
  const unmapped = memory.unmappedIn(answer)
  const figures = createFigures({
    ...{ workspace, solved, releases, options: options.options, sizeOf: deps.sizeOf },
    unmappedOf: change =>
      unmapped({ ...change, urls: change.urls.length > 0 ? change.urls : [...(known?.get(change.name) ?? [])] }),
  })
  return { options, figures }
}

/** The rows of a page, with the age of the oldest copy among them. `known` null: the list of known peers was never had. */
export function rowsOf(
  { options, figures }: Ready,
  { address, peers }: Pick<WhatIfMemory, 'address' | 'peers'>,
  known: KnownPeers | null,
  draft: readonly WhatIfChange[],
): Omit<WhatIfRows, 'generation' | 'isFetching' | 'offline' | 'problems'> {
  const rows = figures.rows(draft)
  const ages = rows.flatMap(row => (row.group === 'imports' && row.fetchedAt !== null ? [row.fetchedAt] : []))
  return {
    rows,
    inUse: [...options.inUse],
    knownPeers: known?.size ?? null,
    fetchedAt: ages.length > 0 ? Math.min(...ages) : known === null ? null : oldestCopy(peers, [address]),
    publishersUnknown: options.publishersUnknown.length,
    dropped: [...options.dropped],
  }
}
