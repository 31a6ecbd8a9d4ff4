/** The few things that comparing reads from manifests. Pure. A manifest that is no TOML says nothing. */
import { parse } from 'smol-toml'
import { parsedManifest } from './manifest-parsed.ts'

type Table = Readonly<Record<string, unknown>>

export interface Manifest {
  readonly tables: Table
  /** The `package` table, or `project` as very old manifests call it. */
  readonly pkg: Table
  readonly isWorkspaceRoot: boolean
}

/** Parsing is the costly part, and several steps ask for the same bytes. */
const parsed = new WeakMap<Uint8Array, Manifest | null>()
export const MAX_MANIFEST_BYTES = 4 << 20

/** Null when it is no TOML. */
export function readManifest(bytes: Uint8Array): Manifest | null {
  const known = parsed.get(bytes)
  if (known !== undefined) return known
  const manifest = parseManifest(bytes)
  parsed.set(bytes, manifest)
  return manifest
}

function parseManifest(bytes: Uint8Array): Manifest | null {
  if (bytes.length > MAX_MANIFEST_BYTES) return null
  const tables = parsedManifest(bytes) ?? parseLoosely(bytes)
  if (tables === null) return null
  return { tables, pkg: table(tables['package'] ?? tables['project']), isWorkspaceRoot: 'workspace' in tables }
}

/** Also what is no UTF-8 in places that do not matter here. */
function parseLoosely(bytes: Uint8Array): Table | null {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    return parse(text.replace(/^\ufeff/, '')) as Table
  } catch {
    return null
  }
}

/** Does it take anything from a workspace root (`version.workspace = true`, `dep = { workspace = true }`)? */
export function inherits(bytes: Uint8Array): boolean {
  return /\bworkspace\s*=\s*true\b/.test(Buffer.from(bytes).toString('latin1'))
}

/** `package.KEY`, taken from the workspace where the manifest says so; undefined when it is not stated there. */
export function packageValue(manifest: Manifest, workspace: Manifest | null, key: string): unknown {
  const value = manifest.pkg[key]
  if (table(value)['workspace'] !== true) return value
  const root = manifest.isWorkspaceRoot ? manifest : workspace
  return table(table(root?.tables['workspace'])['package'])[key]
}

/** Is the value stated in the workspace root (and then paths in it count from there)? */
export function isInherited(manifest: Manifest, key: string): boolean {
  return table(manifest.pkg[key])['workspace'] === true
}

const table = (value: unknown): Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {}
