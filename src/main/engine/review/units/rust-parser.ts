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
  /** The same in steps, for texts that take long; `end` frees what it holds, also of a parse that is not finished. */
  begin(text: string): ParseSteps
}

export interface ParseSteps {
  /** Parses on for about so many milliseconds: the tree, `more`, or null when it took longer than the limit in all. */
  step(ms: number): Tree | 'more' | null
  end(): void
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
    begin(text) {
      // A parse that was paused goes on with the parser's next call, so each has a parser of its own.
      const own: Parser = new Parser()
      own.setLanguage(language)
      let left = PARSE_LIMIT_MS
      return {
        step(ms) {
          const startedAt = performance.now()
          const until = startedAt + Math.min(ms, left)
          const tree = own.parse(text, null, { progressCallback: () => performance.now() > until })
          left -= performance.now() - startedAt
          return tree ?? (left > 0 ? 'more' : null)
        },
        end: () => own.delete(),
      }
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
