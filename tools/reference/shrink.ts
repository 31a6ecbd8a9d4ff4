/**
 * Makes a case with a difference small: drops tables and entries of the store one after the other as long as the
 * difference stays. Bounded, because each try runs the real cargo-vet once.
 */
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { renderStore } from '../../src/main/engine/store/write-store.ts'
import type { VetStore } from '../../src/main/engine/core/store-model.ts'
import type { Command, ReferenceCase } from './case.ts'

const MAX_TRIES = 300
const WHERE = { config: 'config', audits: 'audits', imports: 'imports' }

/** The smallest case found that still differs; with its one command. */
export async function shrinkCase(
  subject: ReferenceCase,
  command: Command,
  differs: (smaller: ReferenceCase) => Promise<boolean>,
): Promise<ReferenceCase> {
  let best: ReferenceCase = { ...subject, name: `${subject.name}, made smaller`, commands: [command] }
  let tries = 0
  for (let hasShrunk = true; hasShrunk && tries < MAX_TRIES;) {
    hasShrunk = false
    for (let i = 0; tries < MAX_TRIES;) {
      const parsed = parseStore(best.store, WHERE)
      const smaller = parsed.ok ? withoutPart(parsed.value, i) : null
      if (smaller === null) break
      tries++
      const candidate = { ...best, store: renderStore(smaller) }
      if (await differs(candidate)) {
        best = candidate
        hasShrunk = true
      } else i++
    }
  }
  return best
}

/** The store without its i-th part: whole keys first, then single entries. Null when there is no such part. */
export function withoutPart(store: VetStore, i: number): VetStore | null {
  return parts(store)[i]?.() ?? null
}

type Lists<T> = ReadonlyMap<string, readonly T[]>

function parts(store: VetStore): (() => VetStore)[] {
  const { config, audits, imports } = store
  const keys: (() => VetStore)[] = []
  const entries: (() => VetStore)[] = []
  const lists = <T>(map: Lists<T>, put: (map: Lists<T>) => VetStore): void => {
    for (const [key, list] of map) {
      keys.push(() => put(without(map, key)))
      if (list.length < 2) continue
      for (let i = 0; i < list.length; i++) entries.push(() => put(new Map(map).set(key, list.toSpliced(i, 1))))
    }
  }
  for (const name of config.imports.keys())
    keys.push(() => ({
      config: { ...config, imports: without(config.imports, name) },
      audits,
      imports: { ...imports, audits: without(imports.audits, name) },
    }))
  for (const key of config.policy.keys())
    keys.push(() => ({ ...store, config: { ...config, policy: without(config.policy, key) } }))
  lists(audits.audits, map => ({ ...store, audits: { ...audits, audits: map as typeof audits.audits } }))
  lists(config.exemptions, map => ({ ...store, config: { ...config, exemptions: map as typeof config.exemptions } }))
  lists(audits.wildcardAudits, map => ({
    ...store,
    audits: { ...audits, wildcardAudits: map as typeof audits.wildcardAudits },
  }))
  lists(audits.trusted, map => ({ ...store, audits: { ...audits, trusted: map as typeof audits.trusted } }))
  lists(imports.publisher, map => ({ ...store, imports: { ...imports, publisher: map as typeof imports.publisher } }))
  lists(imports.unpublished, map => ({
    ...store,
    imports: { ...imports, unpublished: map as typeof imports.unpublished },
  }))
  for (const [name, file] of imports.audits) {
    const put = (changed: typeof file): VetStore => ({
      ...store,
      imports: { ...imports, audits: new Map(imports.audits).set(name, changed) },
    })
    lists(file.audits, map => put({ ...file, audits: map as typeof file.audits }))
    lists(file.wildcardAudits, map => put({ ...file, wildcardAudits: map as typeof file.wildcardAudits }))
  }
  for (const name of audits.criteria.keys())
    keys.push(() => ({ ...store, audits: { ...audits, criteria: without(audits.criteria, name) } }))
  return [...keys, ...entries]
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
