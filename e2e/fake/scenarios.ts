/** The states of the pages by name: what the fake engine answers in each. */
import { brand } from '../../src/shared/domain.ts'
import { fail, ok } from '../../src/shared/result.ts'
import type { AppState, Job, QueueSnapshot, Settings } from '../../src/shared/wire.ts'
import type { ProvenanceSnapshot } from '../../src/shared/provenance.ts'
import * as data from './fake-data.ts'
import * as prov from './fake-provenance.ts'
import { reviewScenarios } from './review-scenarios.ts'
import type { FakeHandlers, Scenario } from './fake-transport.ts'
import * as team from './fake-team.ts'

const malformed = {
  code: 'store-toml',
  file: 'supply-chain/audits.toml',
  problem: {
    message: "'saf-to-deploy' is not a known criteria",
    help: 'Known: safe-to-run, safe-to-deploy, crypto-reviewed.',
    place: { file: 'supply-chain/audits.toml', line: 118, column: 13, offset: 3_900, length: 15 },
  },
} as const

/** Answers about provenance from a list that runs and acceptances change. */
function provenanceHandlers(start: ProvenanceSnapshot): FakeHandlers {
  let shown = start
  const change = (next: Partial<ProvenanceSnapshot>) => {
    shown = { ...shown, ...next, generation: shown.generation + 1 }
    return shown
  }
  const summaryOf = (crate: string, version: string) =>
    shown.rows.find(row => row.crate === crate && row.version === version)?.summary ?? null
  return {
    'provenance.list': ({ scope }) =>
      ok({
        ...shown,
        scope,
        rows: scope === 'workspace' ? shown.rows : shown.rows.filter(row => row.summary !== null),
      }),
    'provenance.run': async ({ packages }, emit) => {
      const wanted = shown.rows.filter(row =>
        packages === null
          ? row.state === 'not-run'
          : packages.some(p => p.crate === row.crate && p.version === row.version),
      )
      for (let done = 0; done <= wanted.length; done += Math.max(1, Math.ceil(wanted.length / 20))) {
        const ended = new Set(wanted.slice(0, done))
        const rows = shown.rows.map(row =>
          ended.has(row)
            ? { ...row, state: 'done' as const, summary: row.summary ?? prov.summary(row.crate, row.version, 'match') }
            : row,
        )
        const run = { done, total: wanted.length, perSecond: 142.3, secondsLeft: (wanted.length - done) / 142.3 }
        emit('provenance.changed', change({ rows, run }))
        await new Promise(resolve => setTimeout(resolve, 150))
      }
      emit('provenance.changed', change({ run: null }))
      return ok({ checked: wanted.length })
    },
    'provenance.record': ({ crate, version }) => {
      const summary = summaryOf(crate, version)
      return ok(summary === null ? null : prov.recordOf(summary))
    },
    'provenance.file': ({ path }) => ok(prov.pairOf(path)),
    'provenance.accept': ({ crate, version, accept }, emit) => {
      const who = 'Mara Okafor <mara.okafor@helio.example>'
      const rows = shown.rows.map(row =>
        row.crate === crate && row.version === version && row.summary !== null
          ? {
              ...row,
              summary: { ...row.summary, accepted: accept === null ? null : { ...accept, who, at: Date.now() } },
            }
          : row,
      )
      emit('provenance.changed', change({ rows }))
      return ok(null)
    },
    'provenance.export': ({ folder, format }) =>
      ok({ path: brand<'AbsolutePath'>(`${folder}/provenance-${format}`), files: format === 'json' ? 1 : 391 }),
    'review.open': ({ crate }) =>
      crate === prov.BRINE.crate
        ? ok(prov.brineReview)
        : fail({ code: 'unsupported', what: `review of ${crate}`, instead: null }),
    'review.file': ({ path }) => ok(prov.changeOf(path)),
    'review.mark': () => ok(prov.brineReview),
    'review.setResume': () => ok(null),
  }
}

function handlersFor(
  start: AppState,
  queue: QueueSnapshot,
  provenance: ProvenanceSnapshot = prov.provenanceSnapshot(prov.rows(379, 7)),
): FakeHandlers {
  let app = start
  return {
    ...provenanceHandlers(provenance),
    ...team.teamHandlers(),
    'app.state': () => ok(app),
    'app.environment': () => ok(data.environment),
    'app.open': async ({ path }, emit) => {
      // Answers once the test says so.
      if (path.includes('ledger')) await new Promise(said => addEventListener('fake-opened', said, { once: true }))
      if (!path.includes('helio') && !path.includes('wasm'))
        return fail({ code: 'not-a-workspace', path, reason: 'it has no Cargo.toml' })
      app = { ...app, open: data.workspace }
      emit('app.changed', app)
      return ok(data.workspace)
    },
    'app.openSample': () => {
      app = { ...app, open: { ...data.workspace, isSample: true } }
      return ok(data.workspace)
    },
    'app.close': () => {
      app = { ...app, open: null }
      return ok(null)
    },
    'app.forget': ({ path }, emit) => {
      app = { ...app, recent: path === null ? [] : app.recent.filter(r => r.path !== path) }
      emit('app.changed', app)
      return ok(null)
    },
    'app.settings': change => {
      // Stands for a disk that is full.
      const isRefused = change.gitInsteadOf?.includes('//full.example.org/') === true
      if (isRefused) return fail({ code: 'cache-io', path: '/home/mara/.local/share/assay', reason: 'no space left' })
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      const settings: Settings = { ...app.settings, ...Object.fromEntries(given) }
      app = { ...app, settings }
      return ok(settings)
    },
    'app.setIdentity': () => ok(null),
    'app.listFolder': ({ path }) => {
      const here = path ?? brand<'AbsolutePath'>('/home/mara/src')
      const names = ['helio-agent', 'helio-edge', 'ledger-core', 'notes', 'wasm-host']
      return ok({
        path: here,
        parent: brand<'AbsolutePath'>(here.replace(/\/[^/]*$/, '') || '/'),
        entries: names.map(name => ({
          name,
          path: brand<'AbsolutePath'>(`${here}/${name}`),
          hasCargoToml: name !== 'notes',
          hasStore: name.startsWith('helio'),
        })),
        truncated: false,
      })
    },
    'jobs.list': () => ok([]),
    'jobs.cancel': () => ok(null),
    'jobs.dismiss': () => ok(null),
    'queue.get': () => ok(queue),
    'queue.refresh': () => ok({ ...queue, takenAt: Date.now() }),
    'review.prepare': () => ok(null),
    'queue.inspect': ({ key }) => ok(data.inspectionOf(key)),
    'queue.measure': async () => {
      await new Promise(resolve => setTimeout(resolve, 300))
      return ok({ insertions: 3_837, deletions: 0, filesChanged: 38 })
    },
    'certify.plan': request => ok(data.planFor(request)),
    'certify.loadDraft': () => ok(null),
    'certify.saveDraft': () => ok(null),
    'certify.write': () =>
      ok({ written: ['audits.toml', 'config.toml'], commit: null, commitFailure: null, undoId: 'u1', next: null }),
    'certify.undo': () => ok(null),
    'shell.pickFolder': () => fail({ code: 'unsupported', what: 'the folder dialog', instead: null }),
    'shell.window': () => ok(null),
  }
}

const base = handlersFor(data.appState, data.snapshot)
const withQueue = (queue: QueueSnapshot): Scenario => ({ door: 'desktop', handlers: handlersFor(data.appState, queue) })
const never = () => new Promise<never>(() => undefined)

const scenarios: Readonly<Record<string, () => Scenario>> = {
  ...reviewScenarios(base),
  queue: () => ({ door: 'desktop', handlers: base, start: emit => emit('jobs.changed', data.jobs) }),
  welcome: () => ({ door: 'desktop', handlers: handlersFor({ ...data.appState, open: null }, data.snapshot) }),
  first: () => ({
    door: 'browser',
    handlers: handlersFor({ ...data.appState, open: null, recent: [] }, data.snapshot),
  }),
  empty: () =>
    withQueue({
      ...data.snapshot,
      phase: 'ready',
      items: data.snapshot.items.filter(item => item.because === 'exempted'),
      conclusion: 'success',
      counts: { fully: 288, partially: 19, exempted: 82, failing: 0, total: 389 },
    }),
  loading: () => ({
    door: 'desktop',
    handlers: { ...base, 'queue.get': never },
    start: emit => emit('jobs.changed', data.jobs.slice(0, 1)),
  }),
  failed: () => ({ door: 'desktop', handlers: { ...base, 'queue.get': () => fail(malformed) } }),
  stale: () => ({ ...withQueue(data.snapshot), start: emit => setTimeout(() => emit('queue.failed', malformed), 300) }),
  huge: () => withQueue(data.hugeSnapshot(12_000)),
  'team-huge': () => {
    const queue = data.hugeSnapshot(10_000)
    const items = team.hugeTeam(queue.items.map(item => item.key))
    return {
      door: 'desktop',
      handlers: { ...handlersFor(data.appState, queue), ...team.teamHandlers(items) },
    }
  },
  'team-new': () => ({ door: 'desktop', handlers: { ...base, ...team.teamHandlers([], team.notJoined) } }),
  'team-failed': () => ({ door: 'desktop', handlers: { ...base, ...team.teamHandlers(undefined, team.syncFailed) } }),
  lockfile: () => ({
    door: 'desktop',
    handlers: handlersFor(
      { ...data.appState, settings: { ...data.appState.settings, offline: true } },
      {
        ...data.snapshot,
        graphSource: 'lockfile',
        offline: true,
        cargoVersion: null,
        caveats: [...data.snapshot.caveats, 'Features, targets and dependency kinds are unknown.'],
      },
    ),
  }),
  violation: () =>
    withQueue({
      ...data.snapshot,
      conclusion: 'fail (violation)',
      violations: [
        {
          key: data.snapshot.items[0]?.key ?? brand<'PackageKey'>('x@1.0.0'),
          crate: brand<'CrateName'>('zstd-sys'),
          version: brand<'VetVersion'>('2.0.13'),
          conflicts: [
            {
              source: 'google',
              range: '<2.0.14',
              criteria: ['safe-to-deploy'],
              contradicts: 'the audit of 2.0.12 by Priya Raman',
              notes: 'Reads past the end of the frame.',
            },
          ],
        },
      ],
    }),
  provenance: () => ({ door: 'desktop', handlers: base }),
  'provenance-huge': () => ({
    door: 'desktop',
    handlers: handlersFor(data.appState, data.snapshot, prov.provenanceSnapshot(prov.rows(4_990, 40))),
  }),
  'provenance-running': () => ({
    door: 'desktop',
    handlers: handlersFor(data.appState, data.snapshot, {
      ...prov.provenanceSnapshot(prov.rows(379, 190)),
      run: { done: 189, total: 379, perSecond: 142.3, secondsLeft: 1.3 },
    }),
    start: emit =>
      emit('jobs.changed', [
        {
          ...data.jobs[0],
          title: 'Checking provenance',
          step: 'kelp 0.4.0',
          done: 189,
          total: 379,
          hosts: ['git.example'],
        } as Job,
      ]),
  }),
  'provenance-empty': () => ({
    door: 'desktop',
    handlers: handlersFor(data.appState, data.snapshot, prov.provenanceSnapshot([])),
  }),
  'provenance-loading': () => ({ door: 'desktop', handlers: { ...base, 'provenance.list': never } }),
  'provenance-failed': () => ({
    door: 'desktop',
    handlers: { ...base, 'provenance.list': () => fail({ code: 'internal', message: 'the cache could not be read' }) },
  }),
  blocked: () => ({
    door: 'desktop',
    handlers: {
      ...base,
      'certify.plan': request =>
        ok({
          ...data.planFor(request),
          who: [],
          whoSource: 'missing',
          blocks: ['git has no user.email, and an audit names who wrote it.'],
          read: null,
        }),
    },
  }),
}

/** The scenario, or that of a full queue for an unknown name. */
export function scenarioNamed(name: string): Scenario {
  return (scenarios[name] ?? (() => ({ door: 'desktop' as const, handlers: base })))()
}
