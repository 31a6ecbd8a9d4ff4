/**
 * Every call and event between a page and the engine, once. The engine's handlers, the Electron preload,
 * the browser client and the fakes of e2e are typed from this object; arguments and results are parsed
 * with the schemas on arrival at both sides. Calls answer a Result: failures are data, see failure.ts.
 * Calls of group `shell` are answered by the door itself (desktop or browser), all others by the engine.
 */
import { z } from 'zod'
import type { Failure } from './failure.ts'
import type { Result } from './result.ts'
import { launchRequest } from './launch.ts'
import * as p from './provenance.ts'
import * as a from './review-aids.ts'
import * as b from './certify-batch.ts'
import * as c from './review-checklist.ts'
import * as m from './review-marks.ts'
import * as o from './overview.ts'
import * as n from './review-notes.ts'
import * as h from './review-history.ts'
import * as r from './review-columns.ts'
import * as x from './crate-compare.ts'
import * as u from './review-units.ts'
import * as t from './team.ts'
import * as i from './what-if.ts'
import * as w from './wire.ts'
import * as k from './risk.ts'

interface Call<A extends z.ZodType, R extends z.ZodType> {
  readonly kind: 'call'
  readonly args: A
  readonly result: R
}
interface Event<P extends z.ZodType> {
  readonly kind: 'event'
  readonly payload: P
}
const call = <A extends z.ZodType, R extends z.ZodType>(args: A, result: R): Call<A, R> => ({
  kind: 'call',
  args,
  result,
})
const event = <P extends z.ZodType>(payload: P): Event<P> => ({ kind: 'event', payload })
const none = z.null()

export const contract = {
  'app.state': call(none, w.appState),
  /** Sent after every change of recent workspaces, the open one, or settings. */
  'app.changed': event(w.appState),
  /** `path`: workspace to look at, null for the machine alone. Rows that were not run say so. */
  'app.environment': call(z.object({ path: w.absolutePath.nullable() }), z.array(w.environmentRow)),
  /** Opens and remembers a workspace. Fails with any workspace or store code; then the former one stays open. */
  'app.open': call(z.object({ path: w.absolutePath }), w.workspaceRef),
  /** Copies the sample to the user's data folder (once) and opens it. */
  'app.openSample': call(none, w.workspaceRef),
  'app.close': call(none, none),
  /** `path` null clears the list. */
  'app.forget': call(z.object({ path: w.absolutePath.nullable() }), none),
  'app.settings': call(w.settings.partial(), w.settings),
  'app.setIdentity': call(z.object({ name: z.string().min(1).max(200), email: z.string().min(3).max(200) }), none),
  /** Folders only, for the folder chooser of the browser door. `path` null is the home folder. */
  'app.listFolder': call(z.object({ path: w.absolutePath.nullable() }), w.folderListing),

  'jobs.list': call(none, z.array(w.job)),
  /** All jobs that are running or ended in the last minute or failed unseen. At most 10 times a second. */
  'jobs.changed': event(z.array(w.job)),
  'jobs.cancel': call(z.object({ id: w.jobId }), none),
  /** Forgets an ended job. */
  'jobs.dismiss': call(z.object({ id: w.jobId }), none),

  /** The last snapshot, solving first if there is none. */
  'queue.get': call(none, w.queueSnapshot),
  /** Reads everything anew: cargo metadata, store, sizes. */
  'queue.refresh': call(none, w.queueSnapshot),
  /** The whole queue after any change: files on disk, a write, a size measured (at most 4 times a second). */
  'queue.changed': event(w.queueSnapshot),
  /** Instead of the whole queue, after marks: they change what was read in one review and nothing else. */
  'queue.read': event(w.queueRead),
  /** The queue could not be made anew (for example the store is now malformed); the last one stays shown as stale. */
  'queue.failed': event(w.failure),
  'queue.inspect': call(z.object({ key: w.packageKeySchema }), w.inspection),
  /** Measures one delta and answers its size; also remembered for the inspector. */
  'queue.measure': call(z.object({ crate: w.crateName, delta: w.delta }), w.diffStat),

  /** Fetches, verifies and compares; a job. Fails with any registry or archive code. */
  'review.open': call(z.object({ crate: w.crateName, delta: w.delta }), r.openedReview),
  /**
   * Compares ahead what is likely to be opened next, from archives that are on this machine; asks nobody. Answers when
   * that is done, was not possible, or another took its place.
   */
  'review.prepare': call(z.object({ crate: w.crateName, delta: w.delta }), none),
  'review.file': call(
    z.object({ review: z.string(), path: z.string(), page: z.number().int().nonnegative() }),
    w.fileDiff,
  ),
  /**
   * Saves the mark at once; answers the marks of these files. `undo` is chosen by the caller: under it the last marks
   * are remembered, as long as the engine runs and not many came after.
   */
  'review.mark': call(
    z.object({
      review: z.string(),
      paths: z.array(z.string()),
      mark: z.enum(['read', 'partly', 'unread']),
      undo: z.string().max(100).optional(),
    }),
    w.fileMarks,
  ),
  /** Puts back what that `review.mark` replaced, but for files that were marked again meanwhile. */
  'review.undoMark': call(z.object({ review: z.string(), undo: z.string().max(100) }), w.fileMarks),
  /** Asked for one file: the list of a large crate would be twice as long with them. */
  'review.hashes': call(z.object({ review: z.string(), path: z.string() }), w.fileHashes),
  'review.setResume': call(
    z.object({ review: z.string(), path: z.string(), line: z.number().int().nonnegative() }),
    none,
  ),

  /**
   * From the content of a file that was read before (`earlier.hasDiff`) to that of the new side. Fails when its archive
   * cannot be had or does not hold what was read.
   */
  'review.sinceRead': call(
    z.object({ review: z.string(), path: z.string(), page: z.number().int().nonnegative() }),
    w.fileDiff,
  ),
  /** Blocks of code that moved between the files of the change. Looked for once per open review. */
  'review.moves': call(z.object({ review: z.string() }), m.moveList),

  /** Places of the changed files that deserve a look, with what was said of them. Looked for once per open review. */
  'review.units': call(z.object({ review: z.string() }), u.unitList),
  /** Answers units, or takes the answers back; on disk before it answers. A concern needs a note. */
  'review.answerUnits': call(
    z.object({
      review: z.string(),
      units: z.array(z.string()).min(1).max(20_000),
      answer: u.unitAnswer.pick({ verdict: true, note: true }).nullable(),
    }),
    u.unitList,
  ),

  /** Notes on the crate of an open review, each where its lines are in the version on screen. */
  'review.notes': call(z.object({ review: z.string() }), n.noteList),
  /** Writes a note, new or again; on disk before it answers. */
  'review.saveNote': call(z.object({ review: z.string(), note: n.noteInput }), n.noteList),
  /** Keeps what is typed to change a note that exists, or drops it (null); the note itself stays as it is. */
  'review.keepNoteEdit': call(
    z.object({ review: z.string(), id: z.string(), edit: n.noteEdit.nullable() }),
    n.noteList,
  ),
  /** Removes a note, or brings a removed one back. */
  'review.removeNote': call(z.object({ review: z.string(), id: z.string(), isRemoved: z.boolean() }), n.noteList),

  /** Looks through all files of one side. A new search of the same review ends the former one. */
  'review.search': call(z.object({ review: z.string(), query: a.searchQuery }), a.findings),
  /** Every version the registry has of a crate, newest first. @failure registry codes */
  'review.versions': call(z.object({ crate: w.crateName }), z.array(a.crateVersion)),
  /** Where a name is defined in the new side, by name only; `path` and what stands before `::` order the answer. */
  'review.definitions': call(
    z.object({ review: z.string(), name: a.identifier, qualifier: a.identifier.nullable(), path: z.string() }),
    a.definitions,
  ),
  /** Where a name stands in the code of the new side, by name only. */
  'review.references': call(z.object({ review: z.string(), name: a.identifier }), a.findings),
  /** The items of a file of the new side, in order of their start. */
  'review.outline': call(z.object({ review: z.string(), path: z.string() }), a.outline),

  /** Two crates that need not be the same: to look at, not to audit. @failure registry and archive codes */
  'compare.open': call(x.comparedPair, x.crateComparison),
  'compare.file': call(x.comparedPair.extend({ path: z.string(), page: z.number().int().nonnegative() }), w.fileDiff),

  /**
   * Who changed a file of the new side, from the repository that provenance was checked with; a job.
   * @failure provenance-not-run, refused (not in the repository), offline, git-failed
   */
  'review.history': call(
    z.object({ review: z.string(), path: z.string(), kind: z.enum(['log', 'blame']) }),
    h.fileHistory,
  ),

  /** The text that an audit of this delta would carry, from notes, units and what was read. Empty when nothing is known. */
  'review.auditNotes': call(
    z.object({ crate: w.crateName, delta: w.delta, criteria: z.array(w.criteriaName).optional() }),
    z.object({
      text: z.string(),
      drafts: z.number().int().nonnegative(),
      openUnits: z.number().int().nonnegative(),
      /** Units that ask for an answer; null before the files were looked through. */
      units: z.object({ answered: z.number().int(), total: z.number().int() }).nullable(),
      /** Questions of the checklists that nothing answers, and those answered no. */
      openItems: z.number().int().nonnegative(),
      denied: z.array(z.string()),
    }),
  ),

  /**
   * The evidence file that would be written for an audit of an open review, and whether this workspace writes it.
   * `withTime`: with the reading time, which is private otherwise.
   */
  'review.evidence': call(
    z.object({ crate: w.crateName, delta: w.delta, criteria: z.array(w.criteriaName), withTime: z.boolean() }),
    z.object({ path: z.string(), sha256: z.string(), bytes: z.number().int().nonnegative() }),
  ),
  /** Whether audits of the open workspace are written with evidence; `set` null asks only. */
  'review.writesEvidence': call(z.object({ set: z.boolean().nullable() }), z.object({ isOn: z.boolean() })),
  /** Adds milliseconds of reading that a page counted (0 asks only), and answers their sum for this review. */
  'review.readingTime': call(
    z.object({ review: z.string().max(400), add: z.number().int().min(0).max(60_000) }),
    z.object({ ms: z.number().int().nonnegative() }),
  ),

  /** The checklists for the criteria wanted (empty: those missing for this crate) and all that they imply. */
  'review.checklist': call(z.object({ review: z.string(), criteria: z.array(w.criteriaName) }), c.checklist),
  /** Answers a question, or takes the answer back; on disk before it answers. `no` needs a note. */
  'review.answerChecklist': call(
    z.object({
      review: z.string(),
      criteria: z.array(w.criteriaName),
      criterion: w.criteriaName,
      item: z.string(),
      answer: c.checklistAnswer.pick({ verdict: true, note: true }).nullable(),
    }),
    c.checklist,
  ),
  /** Writes one criterion's questions into assay.toml, if that is still what `base` says (null: no file). */
  'review.saveChecklist': call(
    z.object({
      review: z.string(),
      criteria: z.array(w.criteriaName),
      criterion: w.criteriaName,
      items: z.array(c.checklistItem).min(1).max(200),
      base: z.string().nullable(),
    }),
    c.checklist,
  ),

  /** Pure preview: nothing is written. */
  'certify.plan': call(w.certifyRequest, w.certifyPlan),
  /** Writes exactly the planned bytes if the three files are still those of the plan, else `store-changed`. */
  'certify.write': call(
    z.object({
      request: w.certifyRequest,
      base: z.object({ audits: z.string(), config: z.string(), imports: z.string() }),
      planned: z.object({ audits: z.string(), config: z.string(), imports: z.string() }),
      commit: z.boolean(),
      commitMessage: z.string(),
      /** Writes the evidence file too, if it is still the one of this sha256. */
      evidence: b.evidenceToWrite.nullable().optional(),
    }),
    w.writeResult,
  ),
  /** Several audits as one preview, as if they were certified one after the other. */
  'certify.planAll': call(z.object({ requests: b.batchRequests }), b.batchPlan),
  /** As `certify.write`, for all of them; one undo takes them all back. */
  'certify.writeAll': call(b.batchWrite, b.batchResult),
  /** Rows of the queue with what tells which of them belong together. Asks nobody. */
  'certify.candidates': call(none, z.array(b.candidate)),
  'certify.undo': call(z.object({ undoId: z.string() }), none),
  /** Draft of a certify sheet, kept across crashes. Null when none. */
  'certify.loadDraft': call(
    z.object({ crate: w.crateName, delta: w.delta }),
    z.object({ criteria: z.array(w.criteriaName), who: z.string(), notes: z.string() }).nullable(),
  ),
  'certify.saveDraft': call(
    z.object({
      crate: w.crateName,
      delta: w.delta,
      criteria: z.array(w.criteriaName),
      who: z.string(),
      notes: z.string(),
    }),
    none,
  ),

  /** `workspace`: every package of the open workspace, run or not; `everything`: all versions ever checked here. */
  'provenance.list': call(z.object({ scope: z.enum(['workspace', 'everything']) }), p.provenanceSnapshot),
  /** After any change of the workspace's rows, at most 4 times a second. */
  'provenance.changed': event(p.provenanceSnapshot),
  /**
   * Checks packages in a job. `packages` null: all of the workspace that were not run. `again`: also what has a result.
   * Results come by `provenance.changed`; the call ends with the job and answers how many verdicts it made.
   */
  'provenance.run': call(
    z.object({
      packages: z.array(z.object({ crate: w.crateName, version: z.string() })).nullable(),
      level: z.enum(['compare', 'rebuild']),
      again: z.boolean(),
    }),
    z.object({ checked: z.number().int().nonnegative() }),
  ),
  /** The kept record; null when that version was never checked. */
  'provenance.record': call(z.object({ crate: w.crateName, version: z.string() }), p.provenanceRecord.nullable()),
  /** Repository side left, crate side right. @failure provenance-not-run, file-not-in-review, offline, git codes */
  'provenance.file': call(
    z.object({
      crate: w.crateName,
      version: z.string(),
      path: z.string(),
      page: z.number().int().nonnegative(),
    }),
    w.fileDiff,
  ),
  /** Writes down who found it fine, why and until when; null takes it back. The verdict stays as it is. */
  'provenance.accept': call(
    z.object({
      crate: w.crateName,
      version: z.string(),
      accept: z.object({ reason: z.string().min(1).max(4_000), until: z.string().nullable() }).nullable(),
    }),
    none,
  ),
  /** Writes one JSON file or a static site into a new sub-folder of `folder`. Answers what was made. */
  'provenance.export': call(
    z.object({
      scope: z.enum(['workspace', 'everything']),
      format: z.enum(['json', 'site']),
      folder: w.absolutePath,
    }),
    z.object({ path: w.absolutePath, files: z.number().int().nonnegative() }),
  ),

  /** What the team wrote down about the open workspace, folded; its own events count whether sent or not. */
  'team.state': call(none, t.teamState),
  /** After every act, sync and change of place. A page that missed a generation asks team.state. */
  'team.changed': event(t.teamChange),
  /** Everything said of one crate: notes with replies, and the log. */
  'team.thread': call(z.object({ crate: w.crateName }), t.teamThread),
  /**
   * Writes events, on disk before it answers, and sends them by and by. All or none of them.
   * @failure identity-missing; refused for an own act that cannot be (a note or sign-off that is not there)
   */
  'team.act': call(
    z.object({ actions: z.array(t.teamAction).min(1).max(200) }),
    z.object({ events: z.array(t.eventId) }),
  ),
  /** Takes own events back by an event, whose id it answers: undoing that is redo. @failure refused */
  'team.undo': call(
    z.object({ events: z.array(t.eventId).min(1).max(1_000) }),
    z.object({ events: z.array(t.eventId) }),
  ),
  /** Fetches and sends in a job. @failure offline, refused (not joined, no place), team-remote, git-not-found */
  'team.sync': call(none, t.teamSync),
  'team.where': call(none, t.teamWhere),
  /**
   * Joins the place that team.where named, or with null leaves it; nothing is asked or sent there before. Refused when
   * the place is another one by now. Own events of before are sent with the next sync.
   */
  'team.setup': call(z.object({ join: z.string().max(2_000).nullable() }), t.teamWhere),
  /** What others did that arrived since `team.looked`. */
  'team.news': call(none, t.teamNews),
  /** Now is the moment that team.news counts from. */
  'team.looked': call(none, none),

  /** The score of every item of the queue. From the first call on, what it rests on is fetched and looked through. */
  'risk.list': call(none, k.riskSnapshot),
  /** After any change of them, at most twice a second. */
  'risk.changed': event(k.riskSnapshot),
  /** One score with all of its summands. @failure package-unknown */
  'risk.explain': call(z.object({ key: w.packageKeySchema }), k.riskDetail),
  /** Fetches the advisory database now. @failure advisories-fetch-failed and what reading it may fail with */
  'advisories.refresh': call(none, k.advisoryDatabase),

  /** Whose word packages rest on, what is left to read, every exemption: of the last answer. */
  'overview.get': call(none, o.overviewState),
  /** How the store came to be, from git; a job, kept by commit. */
  'overview.history': call(none, o.history),
  /** What would let exemptions go, from what is cached; a job that asks nobody. */
  'overview.help': call(none, o.help),
  /** The audits that a base lacks; `base` null: where this branch left the remote's. @failure refused, git codes */
  'overview.plan': call(z.object({ base: z.string().max(400).nullable() }), o.auditsPlan),
  /** A branch with a commit for each; the working tree stays as it is. Nothing is sent. */
  'overview.branch': call(
    z.object({ branch: z.string().min(1).max(200), base: z.string().max(400).nullable() }),
    o.branchMade,
  ),
  /** Writes into a new folder below `folder`. `since`: of reports; null: the last seven days. */
  'overview.export': call(
    z.object({
      kind: o.exportKind,
      folder: w.absolutePath,
      since: o.day.nullable(),
      base: z.string().max(400).nullable(),
    }),
    o.written,
  ),
  /** A chart's picture or numbers as one new file in `folder`. */
  'overview.chart': call(o.chartFile, o.written),

  /** What is worth trying, each against the draft. Asks nobody: figures are from cached copies, with their age. */
  'whatif.rows': call(z.object({ draft: i.whatIfChanges }), i.whatIfRows),
  /** A job that asks for known peers' audits, or for the publishers of what is to be read. Ends with the job. */
  'whatif.fetch': call(z.object({ what: z.enum(['peers', 'publishers']), draft: i.whatIfChanges }), none),
  /** The queue solved again with the draft, in memory. */
  'whatif.solve': call(z.object({ draft: i.whatIfChanges }), i.whatIfResult),
  'whatif.smallest': call(z.object({ draft: i.whatIfChanges }), i.whatIfSmallest),
  /** Pure preview, but asks peers as the commands would; a job. */
  'whatif.plan': call(z.object({ draft: i.whatIfChanges }), i.whatIfPlan),
  /** Writes exactly the planned bytes if the three files are still those of the plan, else `store-changed`. */
  'whatif.apply': call(i.whatIfApply, w.writeResult),

  /** Desktop: the system's folder dialog. Browser: fails with `unsupported`, use app.listFolder. Null when dismissed. */
  'shell.pickFolder': call(none, w.absolutePath.nullable()),
  /** https links to known hosts only, after a confirmation with the full address. */
  'shell.openExternal': call(z.object({ url: z.string().max(2_000) }), none),
  /** A command chosen in the application menu; `id` is of the command table. */
  'shell.command': event(z.object({ id: z.string() })),
  /** Show something else: a second start of the program, or an `assay://` link. It opens, it never acts. */
  'shell.launch': event(launchRequest),
  /** Minimise, maximise, close: desktop only. */
  'shell.window': call(z.object({ action: z.enum(['minimise', 'maximise', 'close']) }), none),
} as const

type Contract = typeof contract
export type CallName = {
  [K in keyof Contract]: Contract[K] extends Call<z.ZodType, z.ZodType> ? K : never
}[keyof Contract]
export type EventName = { [K in keyof Contract]: Contract[K] extends Event<z.ZodType> ? K : never }[keyof Contract]
export type CallArgs<K extends CallName> = Contract[K] extends Call<infer A, z.ZodType> ? z.infer<A> : never
export type CallResult<K extends CallName> = Contract[K] extends Call<z.ZodType, infer R> ? z.infer<R> : never
export type EventPayload<K extends EventName> = Contract[K] extends Event<infer P> ? z.infer<P> : never

export type ShellCallName = Extract<CallName, `shell.${string}`>
export type EngineCallName = Exclude<CallName, ShellCallName>

/** What the engine implements: one handler per call, every failure a value. */
export type EngineHandlers = {
  readonly [K in EngineCallName]: (args: CallArgs<K>) => Promise<Result<CallResult<K>, Failure>>
}

/** What a page uses, whatever the door. */
export interface EngineClient {
  call<K extends CallName>(name: K, args: CallArgs<K>): Promise<Result<CallResult<K>, Failure>>
  /** Returns the function that stops listening. */
  on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void): () => void
}

/**
 * The raw pipe a door gives to a page: untyped JSON both ways, parsed by `connectClient` (client.ts).
 * The preload exposes exactly this as `window.assay`; the browser door builds one over fetch and server-sent events.
 */
export interface RawTransport {
  readonly door: 'desktop' | 'browser'
  invoke(name: string, args: unknown): Promise<unknown>
  subscribe(listener: (name: string, payload: unknown) => void): () => void
  /** Where a file or folder that the user dropped on the page lies; only on a desktop that can tell. */
  pathForFile?(file: File): string
}

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(contract, name) && contract[name as keyof Contract].kind === 'call'
}
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(contract, name) && contract[name as keyof Contract].kind === 'event'
}
