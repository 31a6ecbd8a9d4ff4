/**
 * Reads TOML that is not one of cargo-vet's files: Cargo.toml, Cargo.lock, cargo's configuration, the diff cache.
 * The parser is loaded on first use. Values come back as plain data; every reader checks what it takes.
 */

export type TomlTable = { readonly [key: string]: unknown }

/** The top table, or one sentence with line and column (1-based) saying what is wrong. */
export async function parseToml(
  text: string,
): Promise<{ readonly ok: true; readonly value: TomlTable } | { readonly ok: false; readonly error: string }> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return { ok: true, value: parse(text, { integersAsBigInt: 'asNeeded', maxDepth: 200 }) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const words = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)[0] ?? ''
    return { ok: false, error: `line ${error.line}, column ${error.column}: ${words}` }
  }
}

export function tableAt(table: TomlTable | undefined, key: string): TomlTable | undefined {
  const value = table === undefined || !Object.hasOwn(table, key) ? undefined : table[key]
  return isTable(value) ? value : undefined
}

export function textAt(table: TomlTable | undefined, key: string): string | undefined {
  const value = table === undefined || !Object.hasOwn(table, key) ? undefined : table[key]
  return typeof value === 'string' ? value : undefined
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
