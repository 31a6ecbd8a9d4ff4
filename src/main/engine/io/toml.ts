/**
 * Reads TOML that is not one of cargo-vet's files: Cargo.toml, Cargo.lock, cargo's configuration, the diff cache.
 * The parser is loaded on first use. Values come back as plain data; every reader checks what it takes.
 */
import type { PlainTable } from '../core/plain-table.ts'

/** The top table, or one sentence with line and column (1-based) saying what is wrong. */
export async function parseToml(
  text: string,
): Promise<{ readonly ok: true; readonly value: PlainTable } | { readonly ok: false; readonly error: string }> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return { ok: true, value: parse(text, { integersAsBigInt: 'asNeeded', maxDepth: 200 }) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const words = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)[0] ?? ''
    return { ok: false, error: `line ${error.line}, column ${error.column}: ${words}` }
  }
}
