/**
 * tree-sitter with its Rust grammar, both WebAssembly that ships beside the engine. Parsing is synchronous and bounded:
 * a text that takes too long is given up, and the caller says "not parsed". Needs no native module and runs nothing of
 * a crate.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node, Parser, Tree } from 'web-tree-sitter'

export type SyntaxNode = Node

export interface RustParser {
  /** Null when it took longer than the limit. The caller frees the tree. */
  parse(text: string): Tree | null
}

const PARSE_LIMIT_MS = 3_000
const RUNTIME = 'web-tree-sitter.wasm'
const GRAMMAR = 'tree-sitter-rust.wasm'

let opening: Promise<RustParser> | null = null

/** Loads both once per process; rejects when the files are missing, which is a broken installation. */
export function openRustParser(): Promise<RustParser> {
  opening ??= load().catch((error: unknown) => {
    opening = null
    throw error
  })
  return opening
}

async function load(): Promise<RustParser> {
  const { Parser, Language } = await import('web-tree-sitter')
  await Parser.init({ locateFile: () => wasmFile(RUNTIME) })
  const language = await Language.load(wasmFile(GRAMMAR))
  const parser: Parser = new Parser()
  parser.setLanguage(language)
  return {
    parse(text) {
      const until = performance.now() + PARSE_LIMIT_MS
      const tree = parser.parse(text, null, { progressCallback: () => performance.now() > until })
      if (tree === null) parser.reset()
      return tree
    },
  }
}

/** Beside the built engine (dist/wasm), else in the packages of a source tree. */
function wasmFile(name: string): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  for (const up of ['.', '..']) {
    const built = path.join(here, up, 'wasm', name)
    if (existsSync(built)) return built
  }
  return createRequire(import.meta.url).resolve(
    name === GRAMMAR ? `tree-sitter-rust/${GRAMMAR}` : `web-tree-sitter/${RUNTIME}`,
  )
}
