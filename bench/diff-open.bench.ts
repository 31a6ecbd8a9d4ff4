/**
 * Opening the diff of a 4,900-line file of a real crate in the editor, in a real Chromium: git's lines and our feeding of
 * Monaco against Monaco alone with its own `advanced` algorithm. Both sides make their models, show them and wait for the
 * paint; ours includes reading both files and running git. By default Monaco gives up after 5 s and answers one hunk over
 * nearly everything: that is printed, but judged is the algorithm with that limit moved to 30 s.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright'
import { build } from 'vite'
import { brand, type AbsolutePath } from '../src/shared/domain.ts'
import type { FileDiff } from '../src/shared/wire.ts'
import { readFileDiff } from '../src/main/engine/review/file-diff.ts'
import { testCaps, testRun } from '../src/main/engine/review/testing.ts'
import type { TreeFile } from '../src/main/engine/review/tree-diff.ts'
import { begin, cargoPath, judge, ROOT, skip, tempFolder } from './harness.ts'
// @ts-expect-error a plain script shared with the test lanes
import { findChromium } from '../scripts/lib/lanes.mjs'

const [CRATE, FROM, TO] = ['libc', '0.2.149', '0.2.188']
const FILE = 'src/unix/linux_like/linux/mod.rs'
const RUNS = 5
const DEFAULT_RUNS = 2
const DEFAULT_LIMIT_MS = 5_000
const LONG_LIMIT_MS = 30_000
/** Ours may take this share of Monaco's time: at least 20 times faster. */
const LIMIT = 1 / 20

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
const text = (values: readonly number[]): string =>
  `${middle(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`

begin(`opening the diff of ${FILE} of ${CRATE} ${FROM} → ${TO}`)
const browserPath = (findChromium as () => string | null)() ?? skip('no Chromium or Chrome found')
const temp = tempFolder() as AbsolutePath
const oldFolder = unpacked(FROM)
const newFolder = unpacked(TO)
const pages = await buildPages()
const server = http.createServer((request, response) => {
  const file = path.join(pages, path.normalize(new URL(request.url ?? '/', 'http://x').pathname))
  if (!file.startsWith(pages) || !existsSync(file)) return void response.writeHead(404).end()
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
  response.end(readFileSync(file))
})
await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  await measure()
} finally {
  await browser.close()
  server.close()
  rmSync(pages, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const [ours, theirs] = [await open('ours'), await open('theirs')]
  const diff = await engineDiff()
  const lines = (text: string | null) => (text ?? '').split('\n').length - 1
  console.log(`  input: ${lines(diff.oldText)} → ${lines(diff.newText)} lines; git finds ${diff.hunks.length} hunks`)
  const [engine, shown]: [number[], number[]] = [[], []]
  for (let i = 0; i < RUNS; i++) {
    const startedAt = performance.now()
    const fresh = await engineDiff()
    engine.push(performance.now() - startedAt)
    shown.push((await run(ours, { ...fresh, path: `${i}` }, 0)).ms)
  }
  const whole = middle(engine.map((ms, i) => ms + (shown[i] ?? NaN)))
  console.log(`  ours            ${text(engine)} read and compare, ${text(shown)} show and paint`)
  const limited = []
  for (let i = 0; i < DEFAULT_RUNS; i++) limited.push(await run(theirs, diff, DEFAULT_LIMIT_MS))
  const limitedMs = middle(limited.map(run => run.ms))
  console.log(`  Monaco, 5 s     ${text(limited.map(run => run.ms))}, ${limited[0]?.hunks} hunks`)
  const alone = await run(theirs, diff, LONG_LIMIT_MS)
  console.log(`  Monaco, 30 s    ${alone.ms.toFixed(0)} ms, ${alone.hunks} hunks`)
  console.log(`  ours is ${(limitedMs / whole).toFixed(0)} and ${(alone.ms / whole).toFixed(0)} times faster`)
  judge('share of the time of Monaco alone', whole / alone.ms, LIMIT, '×')
}

async function open(name: 'ours' | 'theirs'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.html`)
  await page.waitForFunction(() => 'show' in window)
  const small = { kind: 'text', path: 'warm', oldText: 'a\n', newText: 'b\n', language: 'rust' }
  const hunks = [{ oldStart: 1, oldEnd: 2, newStart: 1, newEnd: 2 }]
  await run(page, { ...small, hunks, approximate: null, remarks: [], suspicious: [] } as Text, DEFAULT_LIMIT_MS)
  return page
}

type Text = Extract<FileDiff, { kind: 'text' }>
type Shown = { readonly ms: number; readonly hunks: number }

function run(page: Page, diff: Text, limitMs: number): Promise<Shown> {
  return page.evaluate(
    ([given, limit]) =>
      (window as unknown as { show(diff: unknown, limitMs: unknown): Promise<Shown> }).show(given, limit),
    [diff, limitMs] as [never, number],
  )
}

async function engineDiff(): Promise<Text> {
  const file: TreeFile = {
    ...{ path: FILE, oldPath: null, change: 'modified', group: 'source', insertions: 1, deletions: 1, isBinary: false },
    ...{ sizeOld: 1, sizeNew: 1, hashOld: null, hashNew: null, isCounted: true, suspicious: 0 },
  }
  const result = await readFileDiff(testCaps(temp), { oldFolder, newFolder, file, page: 0 }, testRun)
  if (!result.ok || result.value.kind !== 'text') throw new Error(JSON.stringify(result))
  return result.value
}

/** Bundles both pages below dist, from where the editor's modules are found. */
async function buildPages(): Promise<string> {
  const root = path.join(ROOT, 'dist', 'bench-diff-open')
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  const review = path.join(ROOT, 'src', 'renderer', 'review').split(path.sep).join('/')
  const timed = `
    const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    window.show = async (diff, limitMs) => {
      const startedAt = performance.now()
      const hunks = await showDiff(diff, limitMs)
      await painted()
      return { ms: performance.now() - startedAt, hunks }
    }`
  const body = '<div id="host" style="position:absolute;inset:0"></div>'
  const page = (name: string, script: string) => {
    writeFileSync(path.join(root, `${name}.js`), script + timed)
    writeFileSync(
      path.join(root, `${name}.html`),
      `<!doctype html><html data-theme="dark"><body>${body}<script type="module" src="./${name}.js"></script></body></html>`,
    )
  }
  page(
    'ours',
    `import '${review}/../styles/themes.css'
    import { createDiffView } from '${review}/diff-editor.ts'
    const options = { layout: 'split', wrap: false, whitespace: false, theme: 'dark' }
    const host = document.getElementById('host')
    const view = createDiffView({ host, options, onPlace: () => {}, onPartly: () => {} })
    const showDiff = async diff => (await view.show(diff, null), diff.hunks.length)`,
  )
  page(
    'theirs',
    `import { editor } from 'monaco-editor/editor'
    import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
    import 'monaco-editor/features/diffEditor/register'
    import 'monaco-editor/languages/definitions/rust/register'
    self.MonacoEnvironment = { getWorker: () => new EditorWorker() }
    const widget = editor.createDiffEditor(document.getElementById('host'), { diffAlgorithm: 'advanced', readOnly: true })
    const showDiff = (diff, limitMs) => new Promise(done => {
      widget.updateOptions({ maxComputationTime: limitMs })
      const listening = widget.onDidUpdateDiff(() => {
        const changes = widget.getLineChanges()
        if (changes === null) return // the former diff was dropped; the new one is still being made
        listening.dispose()
        done(changes.length)
      })
      widget.setModel({
        original: editor.createModel(diff.oldText, 'rust'),
        modified: editor.createModel(diff.newText, 'rust'),
      })
    })`,
  )
  const input = [path.join(root, 'ours.html'), path.join(root, 'theirs.html')]
  const target = 'chrome140'
  await build({
    ...{ root, base: './', configFile: false, publicDir: false, logLevel: 'error', worker: { format: 'es' } },
    build: { target, outDir: path.join(root, 'out'), rollupOptions: { input }, chunkSizeWarningLimit: 20_000 },
  })
  return path.join(root, 'out')
}

/** The crate's source as cargo unpacked it; fetched by cargo when it is not there. */
function unpacked(version: string): AbsolutePath {
  const find = () => {
    const at = path.join(process.env['CARGO_HOME'] ?? path.join(os.homedir(), '.cargo'), 'registry', 'src')
    const folders = existsSync(at) ? readdirSync(at) : []
    return folders.map(name => path.join(at, name, `${CRATE}-${version}`)).find(folder => existsSync(folder))
  }
  const there = find()
  if (there !== undefined) return brand<'AbsolutePath'>(there)
  const project = path.join(temp, version)
  mkdirSync(path.join(project, 'src'), { recursive: true })
  writeFileSync(path.join(project, 'src', 'lib.rs'), '')
  const head = '[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'
  writeFileSync(path.join(project, 'Cargo.toml'), `${head}${CRATE} = "=${version}"\n`)
  try {
    execFileSync(cargoPath(), ['fetch', '--quiet'], { cwd: project, stdio: 'pipe' })
  } catch {
    skip('the registry cannot be reached')
  }
  return brand<'AbsolutePath'>(find() ?? skip(`cargo fetched ${CRATE} ${version} to an unknown place`))
}
