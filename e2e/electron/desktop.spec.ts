/**
 * The main job, shorter, in a real Electron window, and what only a desktop has: a second start, a place that is
 * remembered, an engine that comes back after a crash. The Electron is an old one (9.4, Chromium 83, Node 12): it shows
 * our shell's own code, with the engine as a Node child; utility processes and fuses are the pinned Electron's alone.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { childrenRunning } from '../fixtures/processes.ts'
import { makeRealWorkspace, realCargoVet, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { CertifyPage } from '../pages/certify.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'
import { WelcomePage } from '../pages/welcome.ts'
import { ELECTRON_DIST, expect, MAIN, test } from './launch.ts'

test('welcome, a second start with a workspace, queue, review, certify [needs cargo-vet and the registry]', async ({
  launch,
  folder,
}) => {
  test.setTimeout(240_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const env = Object.fromEntries(
    Object.entries(workspace.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  const { page, process: first, display } = await launch({ env })
  await new WelcomePage(page).isShown()

  // The system's folder dialog cannot be driven; starting again with a folder does the same and must not open a window.
  const second = spawn(path.join(ELECTRON_DIST, 'electron'), ['--no-sandbox', MAIN, `--workspace=${workspace.root}`], {
    stdio: 'ignore',
    env: { ...env, DISPLAY: display },
  })
  expect(await new Promise(resolve => second.once('exit', resolve))).toBe(0)
  expect(first.exitCode).toBeNull()

  const queue = new QueuePage(page)
  await queue.isMeasured(TO_READ.length)
  const { crate, from, to } = TO_READ[0] ?? { crate: '', from: null, to: '' }
  await queue.selectWithKeys(crate)
  await queue.reviewWithKeys()
  const review = new ReviewPage(page)
  await review.isOpen(crate)
  await review.diffIsShown()
  expect(await review.readAllWithKeys()).toBeGreaterThan(0)
  await review.certifyWithKeys()
  const certify = new CertifyPage(page)
  await certify.isReady(crate)
  await certify.writeWithKeys()
  const change = from === null ? `version = "${to}"` : `delta = "${from} -> ${to}"`
  await expect.poll(() => workspace.store('audits.toml')).toContain(change)
  await queue.isMeasured(TO_READ.length - 1)
  expect(realCargoVet(workspace, ['fmt']).code).toBe(0)
  expect(workspace.store('audits.toml')).toContain(change)
})

/** Process ids of the engines that were started by this process. */
const engineOf = (parent: number): number[] => childrenRunning(parent, 'engine.mjs')

test('a crashed engine is started again and closing leaves no process and the window’s place behind', async ({
  launch,
}) => {
  const { page, process: desktop, dataDir, ended } = await launch()
  await new WelcomePage(page).isShown()
  const pid = desktop.pid ?? 0
  await expect.poll(() => engineOf(pid)).toHaveLength(1)
  const [engine = 0] = engineOf(pid)
  process.kill(engine, 'SIGKILL')
  await expect.poll(() => engineOf(pid).filter(other => other !== engine)).toHaveLength(1)
  type Bridge = {
    assay: {
      invoke(name: string, args: unknown): Promise<{ ok: boolean; value?: { engine: { restartedBecause: string } } }>
    }
  }
  const state = await page.evaluate(() => (window as unknown as Bridge).assay.invoke('app.state', null))
  expect(state.value?.engine.restartedBecause).toContain('SIGKILL')

  const [next = 0] = engineOf(pid)
  await page.evaluate(() => void (window as unknown as Bridge).assay.invoke('shell.window', { action: 'close' }))
  expect(await ended).toBe(0)
  expect(existsSync(`/proc/${next}`)).toBe(false)
  const saved = JSON.parse(readFileSync(path.join(dataDir, 'desktop', 'window.json'), 'utf8')) as { bounds: unknown }
  expect(saved.bounds).toMatchObject({ width: expect.any(Number), height: expect.any(Number) })
})
