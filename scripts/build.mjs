// Builds dist/: the engine, the command line, the browser door, the desktop shell and the pages. Each target is skipped
// while its sources are unchanged. `--legacy` also builds the pages for the old Electron of the tests; `--force` all.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, enterPinnedNode, isAlive, say, stop } from './lib/setup.mjs'
import { compareWithStamp } from './lib/sources.mjs'

const DIST = path.join(ROOT, 'dist')
const at = (...parts) => path.join(ROOT, ...parts)
const COMMON = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'].map(file => at(file))
const NODE_ENTRIES = {
  engine: at('src/main/shells/engine-host-main.ts'),
  cli: at('src/main/shells/cli/main.ts'),
  'browser-server': at('src/main/shells/browser/main.ts'),
}
/** The Rust grammar and what runs it, read by the engine (review/units/rust-parser.ts). */
const WASM = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-rust/tree-sitter-rust.wasm']
/** Some packages are CommonJS and call require for Node's own modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

const version = () => JSON.parse(readFileSync(at('package.json'), 'utf8')).version

/** dist/*.mjs: ES modules for the pinned Node, sharing chunks so that what is imported lazily is read lazily. */
async function buildNode() {
  const esbuild = await import('esbuild')
  const entryPoints = Object.fromEntries(Object.entries(NODE_ENTRIES).filter(([, file]) => existsSync(file)))
  rmSync(path.join(DIST, 'chunks'), { recursive: true, force: true })
  await esbuild.build({
    entryPoints,
    outdir: DIST,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['electron'],
    banner: { js: REQUIRE_BANNER },
    define: { ASSAY_VERSION: JSON.stringify(version()) },
    legalComments: 'none',
    minifySyntax: true,
    logLevel: 'warning',
  })
  // A script of its own: the engine starts it from its text, because it may be packed.
  await esbuild.build({
    entryPoints: { 'search-worker': at('src/main/engine/review/aids/search-worker.ts') },
    outdir: DIST,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    legalComments: 'none',
    minifySyntax: true,
    logLevel: 'warning',
  })
  mkdirSync(path.join(DIST, 'wasm'), { recursive: true })
  for (const file of WASM) copyFileSync(at('node_modules', file), path.join(DIST, 'wasm', path.basename(file)))
}

/** Names of the contract's calls and events, so that the preload knows them without carrying the schemas. */
async function contractNames(esbuild) {
  const file = path.join(DIST, '.contract.mjs')
  await esbuild.build({ entryPoints: [at('src/shared/contract.ts')], outfile: file, bundle: true, format: 'esm' })
  const { contract } = await import(`${pathToFileURL(file).href}?at=${Date.now()}`)
  rmSync(file)
  const named = kind => Object.keys(contract).filter(name => contract[name].kind === kind)
  return { calls: named('call'), events: named('event') }
}

/** dist/electron: CommonJS, as a sandboxed preload must be; syntax for Node 12 so that the tests' old Electron reads it. */
async function buildElectron() {
  const esbuild = await import('esbuild')
  const names = await contractNames(esbuild)
  const shared = {
    outdir: path.join(DIST, 'electron'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node12',
    external: ['electron'],
    define: {
      ASSAY_VERSION: JSON.stringify(version()),
      ASSAY_CALLS: JSON.stringify(names.calls),
      ASSAY_EVENTS: JSON.stringify(names.events),
    },
    legalComments: 'none',
    logLevel: 'warning',
  }
  await esbuild.build({ ...shared, entryPoints: { main: at('src/main/shells/electron/main.ts') } })
  await esbuild.build({ ...shared, entryPoints: { preload: at('src/main/shells/electron/preload.ts') } })
}

/** dist/renderer (or -legacy): built beside and swapped in, so that a running door never serves half a build. */
async function buildRenderer(mode) {
  const { build } = await import('vite')
  const folder = mode === 'legacy' ? 'renderer-legacy' : 'renderer'
  const fresh = path.join(DIST, `${folder}.new`)
  await build({
    configFile: at('vite.config.ts'),
    configLoader: 'native',
    mode: mode === 'legacy' ? 'legacy' : 'production',
    logLevel: 'warn',
    build: { outDir: fresh, emptyOutDir: true },
  })
  const former = path.join(DIST, `${folder}.old`)
  rmSync(former, { recursive: true, force: true })
  if (existsSync(path.join(DIST, folder))) renameSync(path.join(DIST, folder), former)
  renameSync(fresh, path.join(DIST, folder))
  rmSync(former, { recursive: true, force: true })
}

/** One build at a time in this folder; a lock whose owner is gone is taken over. */
async function withBuildLock(run) {
  mkdirSync(DIST, { recursive: true })
  const lock = path.join(DIST, '.building')
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch {
      const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
      if (owner !== 0 && !isAlive(owner)) rmSync(lock, { force: true })
      else await new Promise(wake => setTimeout(wake, 200))
    }
  }
  try {
    return await run()
  } finally {
    rmSync(lock, { force: true })
  }
}

const main = [at('src/main'), at('src/shared')]
const pages = [at('src/renderer'), at('src/shared'), at('vite.config.ts'), at('index.html')]
const TARGETS = [
  {
    name: 'engine, command line, browser door',
    stamp: 'node',
    sources: main,
    outputs: Object.entries(NODE_ENTRIES)
      .filter(([, file]) => existsSync(file))
      .map(([name]) => `${name}.mjs`),
    build: buildNode,
  },
  {
    name: 'desktop shell',
    stamp: 'electron',
    sources: main,
    outputs: ['electron/main.cjs', 'electron/preload.cjs'],
    build: buildElectron,
  },
  {
    name: 'pages',
    stamp: 'renderer',
    sources: pages,
    outputs: ['renderer/index.html'],
    build: () => buildRenderer('normal'),
  },
  {
    name: 'pages for the tests’ old Electron',
    stamp: 'renderer-legacy',
    sources: pages,
    outputs: ['renderer-legacy/index.html'],
    build: () => buildRenderer('legacy'),
    isLegacy: true,
  },
]

/** Builds what changed. Answers the names of the targets that were built; throws the builder's own error. */
export async function buildAll({ legacy = false, force = false, only = null } = {}) {
  const built = []
  for (const target of TARGETS) {
    if (target.isLegacy === true && !legacy) continue
    if (only !== null && !only.includes(target.stamp)) continue
    const compare = () =>
      compareWithStamp(
        path.join(DIST, `.stamp-${target.stamp}.json`),
        [...COMMON, ...target.sources],
        target.outputs.map(file => path.join(DIST, file)),
      )
    if (!force && !compare().changed) continue
    await withBuildLock(async () => {
      const { changed, remember } = compare()
      if (!changed && !force) return
      const startedAt = performance.now()
      await target.build()
      remember()
      built.push(target.name)
      say(`built ${target.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    })
  }
  return built
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === at('scripts/build.mjs')) {
  await enterPinnedNode()
  const flags = process.argv.slice(2)
  const only =
    flags
      .find(flag => flag.startsWith('--only='))
      ?.slice(7)
      .split(',') ?? null
  try {
    const built = await buildAll({ legacy: flags.includes('--legacy'), force: flags.includes('--force'), only })
    if (built.length === 0) say('nothing to build')
  } catch (error) {
    stop(`build failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
