/** The arguments of `team`: what to show, or what to write down. Events are named by the start of their id. Pure. */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { isIsoDate, readVersion } from '../../engine/session/command-words.ts'
import type { Arity, Flags } from './command-table.ts'

/** `me` stands for git's identity. */
export type TeamWish =
  | { readonly do: 'state' | 'where' | 'join' | 'leave' | 'sync' }
  | { readonly do: 'news'; readonly isSeen: boolean }
  | { readonly do: 'log'; readonly crate: string }
  | { readonly do: 'undo'; readonly events: readonly string[] }
  | { readonly do: 'act'; readonly act: TeamAct }

export type TeamAct =
  | { readonly kind: 'assign'; readonly item: string; readonly to: string | null }
  | { readonly kind: 'claim'; readonly item: string; readonly hours: number; readonly takeOver: boolean }
  | { readonly kind: 'release'; readonly item: string }
  | { readonly kind: 'handOver'; readonly item: string; readonly to: string; readonly note: string }
  | { readonly kind: 'state'; readonly item: string; readonly state: string; readonly reason: string }
  | { readonly kind: 'due'; readonly item: string; readonly date: string | null }
  | { readonly kind: 'priority'; readonly item: string; readonly priority: string | null }
  | {
      readonly kind: 'note'
      readonly crate: string
      readonly version: string | null
      readonly text: string
      readonly severity: string
      readonly file: string | null
      readonly lines: readonly [first: number, last: number] | null
    }
  | { readonly kind: 'reply'; readonly note: string; readonly text: string }
  | { readonly kind: 'resolve'; readonly note: string; readonly isResolved: boolean }
  | {
      readonly kind: 'signOff'
      readonly crate: string
      readonly version: string
      readonly from: string | null
      readonly criteria: readonly string[]
      readonly notes: string
      readonly evidence: string | null
    }
  | { readonly kind: 'withdraw'; readonly signOff: string; readonly reason: string }
  | {
      readonly kind: 'exemption'
      readonly crate: string
      readonly version: string
      /** Null: no longer kept. */
      readonly terms: {
        readonly owner: string
        readonly reason: string
        readonly reviewBy: string
        readonly removal: string | null
      } | null
    }

export const TEAM_FLAGS: Readonly<Record<string, Arity>> = {
  to: 'one',
  hours: 'one',
  'take-over': 'switch',
  note: 'one',
  reason: 'one',
  text: 'one',
  severity: 'one',
  'in-file': 'one',
  line: 'one',
  from: 'one',
  criteria: 'many',
  notes: 'one',
  evidence: 'one',
  owner: 'one',
  'review-by': 'one',
  removal: 'one',
  drop: 'switch',
  seen: 'switch',
}

const usage = (message: string): Result<never, Failure> => fail({ code: 'usage', message })

const DEFAULT_CLAIM_HOURS = 24
const MAX_CLAIM_HOURS = 24 * 60

interface Reader {
  /** Arguments after the word itself. */
  readonly shape: string
  readonly least: number
  readonly most: number
  readonly flags: readonly string[]
  read(words: readonly string[], flags: Flags): Result<TeamWish, Failure>
}

const one = (flags: Flags, name: string): string | null => flags.get(name)?.[0] ?? null
const bare = (what: 'where' | 'join' | 'leave' | 'sync'): Reader => ({
  ...{ shape: '', least: 0, most: 0, flags: [] },
  read: () => ok({ do: what }),
})
const act = (value: TeamAct): Result<TeamWish, Failure> => ok({ do: 'act', act: value })
const needed = (flags: Flags, name: string, use: (value: string) => Result<TeamWish, Failure>) => {
  const value = one(flags, name)
  return value === null || value === '' ? usage(`--${name} is missing`) : use(value)
}
/** A reader of `CRATE VERSION …`. */
const onItem = (
  flags: readonly string[],
  more: string,
  make: (item: string, rest: string, flags: Flags) => Result<TeamWish, Failure>,
): Reader => ({
  ...{ shape: `CRATE VERSION${more === '' ? '' : ` ${more}`}`, flags },
  ...{ least: more === '' ? 2 : 3, most: more === '' ? 2 : 3 },
  read: ([crate = '', text = '', rest = ''], given) => {
    const version = readVersion(text)
    return version.ok ? make(`${crate}@${version.value}`, rest, given) : notAVersion(text, version.error)
  },
})
const notAVersion = (text: string, why: string) => usage(`'${text}' is not a version: ${why}`)

const TEAM_WORDS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['where', bare('where')],
  ['join', bare('join')],
  ['leave', bare('leave')],
  ['sync', bare('sync')],
  [
    'news',
    {
      shape: '',
      least: 0,
      most: 0,
      flags: ['seen'],
      read: (_, flags) => ok({ do: 'news', isSeen: flags.has('seen') }),
    },
  ],
  ['log', { shape: 'CRATE', least: 1, most: 1, flags: [], read: ([crate = '']) => ok({ do: 'log', crate }) }],
  [
    'assign',
    onItem(['to'], '', (item, _, flags) =>
      needed(flags, 'to', to => act({ kind: 'assign', item, to: to === 'nobody' ? null : to })),
    ),
  ],
  [
    'claim',
    onItem(['hours', 'take-over'], '', (item, _, flags) => {
      const hours = Number(one(flags, 'hours') ?? DEFAULT_CLAIM_HOURS)
      if (!(hours > 0 && hours <= MAX_CLAIM_HOURS))
        return usage(`--hours is more than 0 and at most ${MAX_CLAIM_HOURS}`)
      return act({ kind: 'claim', item, hours, takeOver: flags.has('take-over') })
    }),
  ],
  ['release', onItem([], '', item => act({ kind: 'release', item }))],
  [
    'hand-over',
    onItem(['to', 'note'], '', (item, _, flags) =>
      needed(flags, 'to', to => act({ kind: 'handOver', item, to, note: one(flags, 'note') ?? '' })),
    ),
  ],
  [
    'state',
    onItem(['reason'], 'STATE', (item, state, flags) =>
      act({ kind: 'state', item, state, reason: one(flags, 'reason') ?? '' }),
    ),
  ],
  [
    'due',
    onItem([], 'DATE|none', (item, date) =>
      date === 'none' || isIsoDate(date)
        ? act({ kind: 'due', item, date: date === 'none' ? null : date })
        : usage(`'${date}' is not a date such as 2026-01-31, or 'none'`),
    ),
  ],
  [
    'priority',
    onItem([], 'PRIORITY|none', (item, priority) =>
      act({ kind: 'priority', item, priority: priority === 'none' ? null : priority }),
    ),
  ],
  [
    'note',
    {
      ...{ shape: 'CRATE [VERSION]', least: 1, most: 2, flags: ['text', 'severity', 'in-file', 'line'] },
      read: readNote,
    },
  ],
  [
    'reply',
    {
      ...{ shape: 'NOTE', least: 1, most: 1, flags: ['text'] },
      read: ([note = ''], flags) => needed(flags, 'text', text => act({ kind: 'reply', note, text })),
    },
  ],
  ...(['resolve', 'reopen'] as const).map(
    word =>
      [
        word,
        {
          ...{ shape: 'NOTE', least: 1, most: 1, flags: [] },
          read: ([note = '']: readonly string[]) => act({ kind: 'resolve', note, isResolved: word === 'resolve' }),
        },
      ] as const,
  ),
  ['sign-off', onItem(['from', 'criteria', 'notes', 'evidence'], '', readSignOff)],
  [
    'withdraw',
    {
      ...{ shape: 'SIGN-OFF', least: 1, most: 1, flags: ['reason'] },
      read: ([signOff = ''], flags) => act({ kind: 'withdraw', signOff, reason: one(flags, 'reason') ?? '' }),
    },
  ],
  ['exempt', onItem(['owner', 'reason', 'review-by', 'removal', 'drop'], '', readExempt)],
  ['undo', { shape: 'EVENT…', least: 1, most: 200, flags: [], read: events => ok({ do: 'undo', events }) }],
])

/** @failure usage */
export function readTeam(words: readonly string[], flags: Flags): Result<TeamWish, Failure> {
  const [word, ...rest] = words
  const reader = word === undefined ? null : TEAM_WORDS.get(word)
  if (reader === undefined)
    return usage(`'assay team' is followed by nothing, or one of ${[...TEAM_WORDS.keys()].join(', ')}`)
  const stray = Object.keys(TEAM_FLAGS).find(name => flags.has(name) && !(reader?.flags.includes(name) ?? false))
  if (stray !== undefined)
    return usage(`--${stray} is not an option of 'assay team${word === undefined ? '' : ` ${word}`}'`)
  if (reader === null) return ok({ do: 'state' })
  if (rest.length < reader.least) return usage(`something is missing: assay team ${word} ${reader.shape}`)
  const extra = rest[reader.most]
  if (extra !== undefined) return usage(`'${extra}' is one argument too many for 'assay team ${word}'`)
  return reader.read(rest, flags)
}

function readNote([crate = '', given]: readonly string[], flags: Flags): Result<TeamWish, Failure> {
  const version = given === undefined ? ok(null) : readVersion(given)
  if (!version.ok) return notAVersion(given ?? '', version.error)
  const file = one(flags, 'in-file')
  const line = one(flags, 'line')
  const range = line === null ? null : /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/.exec(line)
  if (line !== null && range === null) return usage(`--line is a number or two, such as 10-20, not '${line}'`)
  if (line !== null && file === null) return usage('--line needs --in-file')
  const first = Number(range?.[1])
  return needed(flags, 'text', text =>
    act({
      ...{ kind: 'note', crate, version: version.value, text, severity: one(flags, 'severity') ?? 'remark', file },
      lines: range === null ? null : [first, Math.max(first, Number(range[2] ?? first))],
    }),
  )
}

function readSignOff(item: string, _: string, flags: Flags): Result<TeamWish, Failure> {
  const at = item.indexOf('@')
  const given = one(flags, 'from')
  const from = given === null ? ok(null) : readVersion(given)
  if (!from.ok) return notAVersion(given ?? '', from.error)
  const criteria = flags.get('criteria') ?? []
  if (criteria.length === 0) return usage('--criteria is missing: what it is signed for')
  return act({
    ...{ kind: 'signOff', crate: item.slice(0, at), version: item.slice(at + 1), from: from.value, criteria },
    ...{ notes: one(flags, 'notes') ?? '', evidence: one(flags, 'evidence') },
  })
}

function readExempt(item: string, _: string, flags: Flags): Result<TeamWish, Failure> {
  const at = item.indexOf('@')
  const head = { kind: 'exemption', crate: item.slice(0, at), version: item.slice(at + 1) } as const
  if (flags.has('drop')) return act({ ...head, terms: null })
  return needed(flags, 'reason', reason =>
    needed(flags, 'review-by', reviewBy =>
      isIsoDate(reviewBy)
        ? act({
            ...head,
            terms: { owner: one(flags, 'owner') ?? 'me', reason, reviewBy, removal: one(flags, 'removal') },
          })
        : usage(`--review-by is a date such as 2026-01-31, not '${reviewBy}'`),
    ),
  )
}
