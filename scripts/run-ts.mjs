// Runs one TypeScript program of this repository under the pinned Node, which strips the types itself.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { enterPinnedNode, stop } from './lib/setup.mjs'

await enterPinnedNode()
const program = process.argv[2]
if (program === undefined) stop('usage: node scripts/run-ts.mjs PROGRAM.ts [ARGUMENTS]')
process.argv.splice(1, 2, path.resolve(program))
await import(pathToFileURL(path.resolve(program)).href)
