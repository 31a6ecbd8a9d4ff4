/**
 * Settings, recent workspaces and drafts: small JSON files in the data folder, each written through a temporary
 * file. A file that cannot be read is set aside with the ending `.broken` and its defaults are used; nothing here is needed to vet.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { absolutePath, criteriaName, settings as settingsSchema, type Settings } from '../../../shared/wire.ts'
import { FileError, type Capabilities } from '../capabilities.ts'

const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  offline: false,
  diffLayout: 'split',
  rowDensity: 'two-lines',
  wrapLines: false,
  singleKeys: true,
}
const MAX_RECENT = 12
const MAX_FILE_BYTES = 1_000_000

const recentSchema = z.object({
  path: absolutePath,
  name: z.string(),
  openedAt: z.number(),
  last: z.object({ packages: z.number(), failing: z.number() }).nullable(),
  /** Whether audits of this workspace are written with evidence. Absent: no. */
  writesEvidence: z.boolean().optional(),
})
const preferencesSchema = z.object({ settings: settingsSchema.partial(), recent: z.array(recentSchema) })
const draftSchema = z.object({ criteria: z.array(criteriaName), who: z.string(), notes: z.string() })
const progressSchema = z.record(z.string(), z.object({ lines: z.number(), total: z.number() }))

export type Recent = z.infer<typeof recentSchema>
export type Draft = z.infer<typeof draftSchema>

export interface Preferences {
  settings(): Settings
  setSettings(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings>
  recent(): readonly Recent[]
  /** Puts a workspace on top; keeps its old counts when `last` is undefined. */
  remember(entry: { path: AbsolutePath; name: string; last?: Recent['last'] }): Promise<void>
  forget(path: AbsolutePath | null): Promise<void>
  setWritesEvidence(path: AbsolutePath, isOn: boolean): Promise<void>
  /** Keyed by any text, for example workspace, crate and delta. */
  loadDraft(key: string): Promise<Draft | null>
  /** Null removes it. */
  saveDraft(key: string, draft: Draft | null): Promise<void>
  /** Lines read per review id, as of the last mark. */
  progress(): ReadonlyMap<string, { readonly lines: number; readonly total: number }>
  setProgress(review: string, lines: number, total: number): Promise<void>
}

/** A file that cannot be read counts as empty; one that is not ours is kept as NAME.broken. */
export async function openPreferences(caps: Capabilities): Promise<Preferences> {
  const at = (name: string) => path.join(caps.host.dataDir, name) as AbsolutePath
  const readJson = async <T>(name: string, schema: z.ZodType<T>): Promise<T | null> => {
    let text: string
    try {
      text = await caps.files.readText(at(name), MAX_FILE_BYTES)
    } catch (error) {
      if (error instanceof FileError) return null
      throw error
    }
    try {
      return schema.parse(JSON.parse(text))
    } catch {
      await caps.files.rename(at(name), at(`${name}.broken`))
      return null
    }
  }
  // NOTE: writes of one file are chained so that the newest state is always the last on disk.
  let writing: Promise<void> = Promise.resolve()
  const write = (name: string, value: unknown) => {
    writing = writing
      .catch(() => undefined)
      .then(() => caps.files.writeAtomic(at(name), JSON.stringify(value, null, 2) + '\n'))
    return writing
  }
  const stored = await readJson('preferences.json', preferencesSchema)
  let settings: Settings = { ...DEFAULT_SETTINGS, ...dropUndefined(stored?.settings ?? {}) }
  let recent: readonly Recent[] = stored?.recent ?? []
  const progress = new Map(Object.entries((await readJson('progress.json', progressSchema)) ?? {}))
  const save = () => write('preferences.json', { settings, recent })
  const draftFile = (key: string) => `drafts/${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`

  return {
    settings: () => settings,
    async setSettings(change) {
      settings = { ...settings, ...dropUndefined(change) }
      await save()
      return settings
    },
    recent: () => recent,
    async remember({ path: folder, name, last }) {
      const old = recent.find(r => r.path === folder)
      const entry: Recent = {
        ...(old?.writesEvidence === undefined ? {} : { writesEvidence: old.writesEvidence }),
        path: folder,
        name,
        openedAt: caps.clock.nowMs(),
        last: last === undefined ? (old?.last ?? null) : last,
      }
      recent = [entry, ...recent.filter(r => r.path !== folder)].slice(0, MAX_RECENT)
      await save()
    },
    async forget(folder) {
      recent = folder === null ? [] : recent.filter(r => r.path !== folder)
      await save()
    },
    async setWritesEvidence(folder, writesEvidence) {
      recent = recent.map(r => (r.path === folder ? { ...r, writesEvidence } : r))
      await save()
    },
    loadDraft: key => readJson(draftFile(key), draftSchema),
    async saveDraft(key, draft) {
      if (draft !== null) return write(draftFile(key), draft)
      // After the saves on their way, which would bring it back.
      writing = writing.catch(() => undefined).then(() => caps.files.remove(at(draftFile(key))))
      return writing
    },
    progress: () => progress,
    async setProgress(review, lines, total) {
      progress.set(review, { lines, total })
      await write('progress.json', Object.fromEntries(progress))
    },
  }
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
