/**
 * electron-builder packs the program and what it packed starts. With the tests' old Electron, so fuses, signing and the
 * engine as a utility process are not shown here; see builder-test.yml for what differs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { WelcomePage } from '../pages/welcome.ts'
import { expect, ROOT, test } from './launch.ts'

const PACKAGED = path.join(ROOT, 'test-results', 'packaged', 'linux-unpacked')

test('the packed program starts and shows the welcome page', async ({ launch }) => {
  test.setTimeout(240_000)
  rmSync(PACKAGED, { recursive: true, force: true })
  const builder = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js')
  const config = path.join('e2e', 'electron', 'builder-test.yml')
  execFileSync(process.execPath, [builder, '--linux', 'dir', '--config', config], { cwd: ROOT, stdio: 'pipe' })
  expect(existsSync(path.join(PACKAGED, 'resources', 'app.asar'))).toBe(true)
  expect(existsSync(path.join(PACKAGED, 'resources', 'sample', 'Cargo.toml'))).toBe(true)

  // What the engine starts or reads beside itself: the search thread from its text, and the grammar.
  const engine = path.join(PACKAGED, 'resources', 'app.asar.unpacked', 'dist')
  expect(existsSync(path.join(engine, 'wasm', 'tree-sitter-rust.wasm'))).toBe(true)
  const query = { pattern: 'needle', isRegex: false, isCase: false, isWord: false }
  const thread = new Worker(readFileSync(path.join(engine, 'search-worker.cjs'), 'utf8'), {
    eval: true,
    env: {},
    workerData: { query, progress: new SharedArrayBuffer(4), maxPlaces: 9, maxCount: 9 },
  })
  try {
    const answers: { readonly kind: string }[] = []
    thread.on('message', (message: { readonly kind: string }) => answers.push(message))
    thread.postMessage([new TextEncoder().encode('hay\na needle\n')])
    await expect.poll(() => answers.map(({ kind }) => kind)).toEqual(['ready', 'found', 'done'])
  } finally {
    await thread.terminate()
  }

  const { page, output } = await launch({
    binary: path.join(PACKAGED, 'assay-desktop'),
    env: { ASSAY_PAGES: '/nowhere' },
  })
  await new WelcomePage(page).isShown()
  await new WelcomePage(page).environmentIsKnown()
  expect(page.url()).toMatch(/^app:\/\/assay\/index\.html/)
  expect(output()).not.toMatch(/engine (ended|could not)/)
  await page.screenshot({ path: path.join(ROOT, 'test-results', 'packaged-welcome.png') })
})
