// `npm run bench [NAME…]`: builds, then runs bench/*.bench.ts one after the other, each in a fresh process of the pinned Node.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { buildAll } from './build.mjs'
import { ROOT, enterPinnedNode, say } from './lib/setup.mjs'

await enterPinnedNode()
await buildAll()
const wanted = process.argv.slice(2)
const files = readdirSync(path.join(ROOT, 'bench'))
  .filter(name => name.endsWith('.bench.ts'))
  .filter(name => wanted.length === 0 || wanted.some(word => name.includes(word)))
  .sort()
let missed = 0
for (const file of files) {
  const done = spawnSync(process.execPath, [path.join(ROOT, 'bench', file)], { cwd: ROOT, stdio: 'inherit' })
  if (done.status !== 0) missed++
  process.stdout.write('\n')
}
say(
  `${files.length} benchmarks, ${missed === 0 ? 'every limit met or skipped' : `${missed} with a limit missed or an error`}`,
)
process.exitCode = missed === 0 ? 0 : 1
