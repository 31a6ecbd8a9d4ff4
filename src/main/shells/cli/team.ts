/** `team` on the terminal: the team's state, news and log, sync, and acting so that scripts can. */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { teamAction, type TeamAction } from '../../../shared/team.ts'
import type { Team } from '../../engine/session/team.ts'
import { EXIT, type CliContext } from './run.ts'
import type { TeamAct, TeamWish } from './team-args.ts'
import { humanLog, humanNews, humanState, humanSync, humanWhere } from './team-text.ts'

type Done = Promise<Result<number, Failure>>

const HOUR_MS = 3_600_000

export async function teamInTerminal(wish: TeamWish, context: CliContext): Done {
  const { openTeamOf } = await import('../../engine/session/team-command.ts')
  const team = await openTeamOf(context.caps, context.options)
  if (!team.ok) return team
  try {
    return await carryOut(wish, team.value, context)
  } finally {
    await team.value.close()
  }
}

async function carryOut(wish: TeamWish, team: Team, context: CliContext): Done {
  const nowMs = context.caps.clock.nowMs()
  switch (wish.do) {
    case 'state': {
      const state = await team.state()
      return said(context, state, humanState(state, nowMs))
    }
    case 'log': {
      const thread = await team.thread(wish.crate)
      return said(context, thread, humanLog(thread))
    }
    case 'news': {
      const news = await team.news()
      if (wish.isSeen) await team.looked()
      return said(context, news, humanNews(news))
    }
    case 'where':
      return place(context, await team.where())
    case 'join': {
      const where = await team.where()
      if (!where.ok) return where
      // Without a place setup says why.
      return place(context, await team.setup(where.value.address ?? ''))
    }
    case 'leave':
      return place(context, await team.setup(null))
    case 'sync': {
      const isOffline = context.options.frozen
      const synced = await team.sync({ isAsked: true, isOffline }, context.run)
      return synced.ok ? said(context, synced.value, humanSync(synced.value, nowMs)) : synced
    }
    case 'undo': {
      const events: string[] = []
      for (const start of wish.events) {
        const id = await eventOf(team, start)
        if (!id.ok) return id
        events.push(id.value)
      }
      return wrote(context, team, await team.undo(events))
    }
    case 'act': {
      const action = await actionOf(wish.act, team, nowMs)
      return action.ok ? wrote(context, team, await team.act([action.value])) : action
    }
  }
}

function place(context: CliContext, where: Awaited<ReturnType<Team['where']>>): Result<number, Failure> {
  return where.ok ? said(context, where.value, humanWhere(where.value)) : where
}

async function wrote(context: CliContext, team: Team, events: Awaited<ReturnType<Team['act']>>): Done {
  if (!events.ok) return events
  const { sync } = await team.state()
  const waits = sync.where.state === 'joined' ? `${sync.waiting} to be sent with the next sync` : 'kept on this machine'
  return said(context, { events: events.value }, `Written: ${events.value.join(' ')} (${waits}).\n`)
}

function said(context: CliContext, value: unknown, human: string): Result<number, Failure> {
  const text = context.global.outputFormat === 'json' ? `${JSON.stringify(value, null, 2)}\n` : human
  const written = context.report(text)
  return written.ok ? ok(EXIT.success) : written
}

async function eventOf(team: Team, start: string): Promise<Result<string, Failure>> {
  const { findEvent } = await import('../../engine/session/team-command.ts')
  const id = await findEvent(team, start)
  if (id !== null) return ok(id)
  return fail({
    code: 'refused',
    message: `no event, or more than one, starts with '${start}'`,
    help: 'Take the id from `assay team log CRATE`, at least 6 digits.',
  })
}

async function actionOf(act: TeamAct, team: Team, nowMs: number): Promise<Result<TeamAction, Failure>> {
  const { me } = await team.state()
  if (me === null) return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
  const person = (who: string) => (who === 'me' ? me : who)
  const made = await withIds(act, team)
  if (!made.ok) return made
  const parsed = teamAction.safeParse(plainAction(made.value, person, nowMs))
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  return fail({
    code: 'usage',
    message: `${where === '' ? act.kind : where}: ${EXPECTED[issue?.path[0] as string] ?? issue?.message ?? 'not allowed'}`,
  })
}

const EXPECTED: Readonly<Record<string, string>> = {
  to: "a person as 'Name <email>', a group as '@name', or me",
  state: 'one of needs-audit, in-review, second-sign-off, ready-to-export, done, blocked, accepted',
  priority: 'one of urgent, high, normal, low, none',
  severity: 'one of remark, question, concern, blocker',
  items: 'a crate and a version',
  evidence: 'a sha256 in 64 hexadecimal digits',
}

async function withIds(act: TeamAct, team: Team): Promise<Result<TeamAct, Failure>> {
  if (act.kind === 'reply' || act.kind === 'resolve') {
    const note = await eventOf(team, act.note)
    return note.ok ? ok({ ...act, note: note.value }) : note
  }
  if (act.kind === 'withdraw') {
    const signOff = await eventOf(team, act.signOff)
    return signOff.ok ? ok({ ...act, signOff: signOff.value }) : signOff
  }
  return ok(act)
}

/** As the schema wants it; what is not allowed is found there. */
function plainAction(act: TeamAct, person: (who: string) => string, nowMs: number): unknown {
  const items = 'item' in act ? { items: [act.item] } : {}
  switch (act.kind) {
    case 'assign':
      return { ...act, ...items, to: act.to === null ? null : person(act.to) }
    case 'claim':
      return {
        kind: act.kind,
        ...items,
        until: new Date(nowMs + act.hours * HOUR_MS).toISOString(),
        takeOver: act.takeOver,
      }
    case 'handOver':
      return { ...act, ...items, to: person(act.to) }
    case 'note': {
      const { crate, version, text, severity, file, lines } = act
      const target =
        file === null
          ? { kind: 'crate' }
          : lines === null
            ? { kind: 'file', path: file }
            : { kind: 'lines', path: file, side: 'new', line: lines[0], endLine: lines[1] }
      return { kind: act.kind, crate, version, text, severity, target, quote: '' }
    }
    case 'signOff': {
      const { crate, version, from, criteria, notes, evidence } = act
      return { kind: act.kind, crate, delta: { from, to: version }, criteria, notes, evidence }
    }
    case 'exemption':
      return act.terms === null ? act : { ...act, terms: { ...act.terms, owner: person(act.terms.owner) } }
    case 'release':
    case 'state':
    case 'due':
    case 'priority':
    case 'reply':
    case 'resolve':
    case 'withdraw':
      return { ...act, ...items }
  }
}
