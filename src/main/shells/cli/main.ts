/**
 * Entry of `assay`: real streams and signals around run.ts. Kept tiny, for it is read on every start; the exit code is
 * set only after everything printed has left.
 */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCli } = await import('./run.ts')
const { realTerminal } = await import('./terminal.ts')
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())
const terminal = realTerminal()
const code = await runCli(process.argv.slice(2), terminal, process.env, interrupted.signal)
await terminal.drain()
process.exit(code)
