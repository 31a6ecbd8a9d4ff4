/**
 * Manifests parsed once. Several steps ask for the same bytes, the repository's manifest is nearly always the copy of it
 * in the archive, and packages of one workspace share its root; parsing is the costly part of all that.
 */
import { parseManifest, type TomlTable } from './manifest-toml.ts'

/** Manifests by their bytes, then by their text; few and small ones of the latter, because they stay. */
const byBytes = new WeakMap<Uint8Array, TomlTable | null>()
const byText = new Map<string, TomlTable | null>() // oldest first
const MAX_TEXTS = 32
const MAX_TEXT_BYTES = 32 << 10

/** As `parseManifest`. The table is shared: nobody may change it. */
export function parsedManifest(bytes: Uint8Array): TomlTable | null {
  const known = byBytes.get(bytes)
  if (known !== undefined) return known
  const manifest = bytes.length > MAX_TEXT_BYTES ? parseManifest(bytes) : parsedText(bytes)
  byBytes.set(bytes, manifest)
  return manifest
}

function parsedText(bytes: Uint8Array): TomlTable | null {
  // One character per byte, so that different bytes never count as the same text.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const known = byText.get(text)
  if (known !== undefined) return known
  const manifest = parseManifest(bytes)
  byText.set(text, manifest)
  for (const oldest of byText.keys()) {
    if (byText.size <= MAX_TEXTS) break
    byText.delete(oldest)
  }
  return manifest
}
