/**
 * What the overview knows: the engine's answers as they came, and the user's place on the page. The four parts are asked
 * for side by side and each is shown as it arrives; a failure stands beside what was there and never erases it.
 */
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { ExemptionTerms, Help, History, OverviewState } from '../../shared/overview.ts'
import type { TeamState } from '../../shared/team.ts'
import { setOverlay, useAppStore } from '../state/app-store.ts'
import { loadChoice, saveChoice } from '../state/saved-places.ts'

export const ranges = ['12 weeks', '26 weeks', 'all'] as const
export type Range = (typeof ranges)[number]
export type Part = 'state' | 'history' | 'help' | 'team'

/** What the team's state says that is shown here. */
export interface TeamPart {
  readonly terms: readonly ExemptionTerms[]
  readonly me: string | null
  readonly people: readonly string[]
  /** Items that are due, with their days. */
  readonly due: readonly { readonly key: PackageKey; readonly date: string }[]
  /** Items by who has them. */
  readonly assigned: ReadonlyMap<PackageKey, string>
}

export interface OverviewStore {
  readonly root: string | null
  readonly state: OverviewState | null
  readonly history: History | null
  readonly help: Help | null
  /** Null: not known, `failures.team` says why. */
  readonly team: TeamPart | null
  readonly failures: { readonly [P in Part]?: Failure }
  readonly mode: 'charts' | 'exemptions'
  readonly range: Range
  readonly isTables: boolean
  /** Exemptions: words to look for, a helper to look at, and the row that has the keys. */
  readonly filterText: string
  readonly helper: string | null
  readonly selectedKey: PackageKey | null
  /** The exemption whose terms are being written. */
  readonly editing: PackageKey | null
  /** The source whose packages are listed. */
  readonly listed: string | null
}

const nothing = {
  root: null,
  state: null,
  history: null,
  help: null,
  team: null,
  failures: {},
  mode: 'charts',
  isTables: false,
  filterText: '',
  helper: null,
  selectedKey: null,
  editing: null,
  listed: null,
} as const

export const useOverview = create<OverviewStore>(() => ({
  ...nothing,
  range: loadChoice('overview range', ranges, '26 weeks'),
}))

export function setRange(range: Range): void {
  saveChoice('overview range', range)
  useOverview.setState({ range })
}

/** Opens what the team keeps of an exemption. */
export function editTerms(key: PackageKey): void {
  useOverview.setState({ editing: key, selectedKey: key })
  setOverlay('overview-terms')
}

const rootNow = () => useAppStore.getState().app?.open?.root ?? null

/** Asks for all parts; of another workspace than before, nothing of the former is kept. */
export async function loadOverview(client: EngineClient): Promise<void> {
  const root = rootNow()
  if (useOverview.getState().root !== root) useOverview.setState({ ...nothing, root })
  await Promise.all([
    load(root, 'state', client.call('overview.get', null), state => ({ state })),
    load(root, 'history', client.call('overview.history', null), history => ({ history })),
    load(root, 'help', client.call('overview.help', null), help => ({ help })),
    loadTeamPart(client),
  ])
}

export async function loadTeamPart(client: EngineClient): Promise<void> {
  await load(rootNow(), 'team', client.call('team.state', null), state => ({ team: teamPartOf(state) }))
}

function teamPartOf({ exemptions, me, people, items }: TeamState): TeamPart {
  return {
    terms: exemptions,
    me,
    people: people.map(person => person.who),
    due: items.flatMap(({ key, due, state }) =>
      due === null || state === 'done' || state === 'accepted' ? [] : [{ key, date: due }],
    ),
    assigned: new Map(items.flatMap(({ key, assignee }) => (assignee === null ? [] : [[key, assignee] as const]))),
  }
}

async function load<T>(
  root: string | null,
  part: Part,
  asked: Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }>,
  take: (value: T) => Partial<OverviewStore>,
): Promise<void> {
  const answer = await asked
  if (rootNow() !== root) return
  const { failures } = useOverview.getState()
  const others = Object.fromEntries(Object.entries(failures).filter(([name]) => name !== part))
  if (answer.ok) useOverview.setState({ ...take(answer.value), failures: others })
  else if (answer.error.code !== 'cancelled') useOverview.setState({ failures: { ...failures, [part]: answer.error } })
}
