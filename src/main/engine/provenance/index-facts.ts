/**
 * What a registry's index line says about one version, as far as the generated manifest can be held against it.
 * Source: the Cargo Book, "Registry Index"; shapes of older lines seen in the default registry.
 */
import { createHash } from 'node:crypto'

export type IndexDepKind = 'normal' | 'build' | 'dev'

export interface IndexDep {
  /** As the crate's code names it. */
  readonly alias: string
  /** The package's own name. */
  readonly package: string
  readonly req: string
  readonly kind: IndexDepKind
  readonly target: string | null
  readonly isOptional: boolean
  readonly usesDefaultFeatures: boolean
  readonly features: readonly string[]
  /** Index address of another registry; null: the same one. */
  readonly registry: string | null
}

export interface IndexFacts {
  /** sha256 of the archive, lower-case hex. */
  readonly checksum: string
  readonly publishedAt: string | null
  /** sha256 of the line as received, without its line end. */
  readonly lineSha256: string
  readonly deps: readonly IndexDep[]
  /** `features` and `features2` together. */
  readonly features: ReadonlyMap<string, readonly string[]>
  readonly links: string | null
  readonly rustVersion: string | null
  readonly yanked: boolean
}

/** Null when it is not a line this index format has; what is optional may be absent. */
export function readIndexFacts(line: string): IndexFacts | null {
  const text = line.replace(/\r?\n$/, '')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  if (!isObject(json)) return null
  const { cksum, yanked, pubtime, deps, features, features2, links, rust_version } = json
  if (typeof cksum !== 'string' || !/^[0-9a-f]{64}$/.test(cksum)) return null
  const readDeps = readAll(deps ?? [], readDep)
  const merged = new Map<string, readonly string[]>()
  if (readDeps === null || !addFeatures(merged, features) || !addFeatures(merged, features2)) return null
  return {
    checksum: cksum,
    publishedAt: textOf(pubtime),
    lineSha256: createHash('sha256').update(text).digest('hex'),
    deps: readDeps,
    features: merged,
    links: textOf(links),
    rustVersion: textOf(rust_version),
    yanked: yanked === true,
  }
}

function readDep(value: unknown): IndexDep | null {
  if (!isObject(value)) return null
  const { name, req, features, optional, default_features, target, kind, registry, package: real } = value
  if (typeof name !== 'string' || typeof req !== 'string') return null
  const wanted = readAll(features ?? [], item => (typeof item === 'string' ? item : null))
  if (wanted === null) return null
  return {
    alias: name,
    package: textOf(real) ?? name,
    req,
    // Lines of the first years carry no kind, or null, for an ordinary dependency.
    kind: kind === 'build' || kind === 'dev' ? kind : 'normal',
    target: textOf(target),
    isOptional: optional === true,
    usesDefaultFeatures: default_features !== false,
    features: wanted,
    registry: textOf(registry),
  }
}

function addFeatures(into: Map<string, readonly string[]>, value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (!isObject(value)) return false
  for (const [name, entries] of Object.entries(value)) {
    const list = readAll(entries, item => (typeof item === 'string' ? item : null))
    if (list === null) return false
    into.set(name, [...(into.get(name) ?? []), ...list])
  }
  return true
}

function readAll<T>(value: unknown, read: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value)) return null
  const items: T[] = []
  for (const item of value as readonly unknown[]) {
    const one = read(item)
    if (one === null) return null
    items.push(one)
  }
  return items
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
