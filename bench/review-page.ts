/**
 * Times in a page from a key press to what it paints. The page's own clock is used throughout: from the time stamp that the
 * browser gave the key to a task behind the frame in which the wanted state was first seen.
 */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright'
import { startBrowserDoor, type BrowserDoor } from '../e2e/fixtures/browser-door.ts'
import { skip } from './harness.ts'
import type { BenchWorkspace } from './review-input.ts'
// @ts-expect-error a plain script shared with the test lanes
import { findChromium } from '../scripts/lib/lanes.mjs'

/** What a key leads to. */
export type Wanted =
  /** The file shown is painted, of this crate when one is named, another one than `not`. */
  | { readonly kind: 'file'; readonly crate?: string; readonly not?: string }
  /** The element is there with this attribute, or without it when null. */
  | { readonly kind: 'attribute'; readonly selector: string; readonly name: string; readonly value: string | null }
  /** The next frame, whatever it shows. */
  | { readonly kind: 'frame' }

/** One call to the engine; times in milliseconds after the key press. */
export interface TimedCall {
  readonly name: string
  readonly from: number
  readonly to: number
}
export interface Pressed {
  /** Milliseconds from the key to the paint. */
  readonly ms: number
  /** The calls that began and ended between. */
  readonly calls: readonly TimedCall[]
}

interface Timer {
  /** Resolves after the next key press, when what is wanted is painted. */
  time(wanted: Wanted): Promise<Pressed>
  shownPath(): string | null
}
interface Timed {
  readonly assayTimer: Timer
  pending?: Promise<Pressed>
  preparesNothing?: boolean
}

export interface Door {
  readonly page: Page
  readonly browser: Browser
  readonly context: BrowserContext
  /** From this key to the paint of what is wanted. */
  press(key: string, wanted: Wanted): Promise<Pressed>
  /** Whether a change is compared while its row is rested on, as it is at first. */
  prepareAhead(isOn: boolean): Promise<void>
  /** Until the page and the engine have had nothing to do for a moment. */
  quiet(): Promise<void>
  /** Path of the file on screen. */
  shownPath(): Promise<string | null>
  /** Processor time of the page's thread so far in milliseconds: what other programs do does not change it. */
  processorMs(): Promise<number>
  /** Asks the engine as the page does. */
  call(name: string, args: unknown): Promise<unknown>
  close(): Promise<void>
}

const QUIET_MS = 250
/** Frames follow the work at once instead of every 16.7 ms, so that what is measured is the work. */
const UNLIMITED = ['--disable-frame-rate-limit', '--disable-gpu-vsync']

/** Starts the program and a real browser on it. Skips the benchmark when there is no Chromium. */
export async function openDoor(workspace: BenchWorkspace, frames: 'limited' | 'unlimited'): Promise<Door> {
  const executablePath = (findChromium as () => string | null)() ?? skip('no Chromium or Chrome found')
  const door: BrowserDoor = await startBrowserDoor([workspace.root], workspace.env)
  const args = ['--no-sandbox', ...(frames === 'unlimited' ? UNLIMITED : [])]
  const browser = await chromium.launch({ executablePath, args })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  let [running, lastAt] = [0, performance.now()]
  const count = (by: number) => () => {
    running += by
    lastAt = performance.now()
  }
  page.on('request', request => request.url().endsWith('/call') && count(1)())
  page.on('requestfinished', request => request.url().endsWith('/call') && count(-1)())
  page.on('requestfailed', request => request.url().endsWith('/call') && count(-1)())
  await page.addInitScript(installTimer)
  const inspector = await context.newCDPSession(page)
  await inspector.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(door.address)
  await page.waitForFunction(() => 'assayTimer' in window)
  return {
    page,
    browser,
    context,
    async press(key, wanted) {
      // Playwright's own round trips stay outside: the promise is made before and asked for after.
      await page.evaluate(wish => {
        const timed = window as unknown as Timed
        timed.pending = timed.assayTimer.time(wish)
      }, wanted)
      await page.keyboard.press(key)
      return page.evaluate(() => (window as unknown as Timed).pending ?? Promise.reject(new Error('no key')))
    },
    prepareAhead: isOn =>
      page.evaluate(on => {
        ;(window as unknown as Timed).preparesNothing = !on
      }, isOn),
    async quiet() {
      do await page.waitForTimeout(QUIET_MS / 2)
      while (running > 0 || performance.now() - lastAt < QUIET_MS)
    },
    async processorMs() {
      const { metrics } = await inspector.send('Performance.getMetrics')
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1_000
    },
    shownPath: () => page.evaluate(() => (window as unknown as Timed).assayTimer.shownPath()),
    call: (name, args) =>
      page.evaluate(
        async ([call, given]) => {
          const headers = { 'content-type': 'application/json' }
          const body = JSON.stringify({ name: call, args: given })
          const answer = (await (await fetch('/call', { method: 'POST', headers, body })).json()) as {
            ok: boolean
            value: unknown
          }
          if (!answer.ok) throw new Error(JSON.stringify(answer).slice(0, 500))
          return answer.value
        },
        [name, args] as const,
      ),
    async close() {
      await browser.close()
      await door.stop()
    },
  }
}

/** Runs in the page, before anything of it. */
function installTimer(): void {
  const shownPath = (): string | null => {
    const middle = document.querySelector<HTMLElement>('.rv-mid')
    const path = middle?.dataset['file'] ?? null
    if (middle === null || path === null) return null
    if (middle.dataset['kind'] !== 'text') return path
    const editor = middle.querySelector<HTMLElement>('.rv-editor')
    return editor?.dataset['shown'] === path ? path : null
  }
  const isThere = (wanted: Wanted): boolean => {
    if (wanted.kind === 'frame') return true
    if (wanted.kind === 'attribute') {
      const found = document.querySelector(wanted.selector)
      return found !== null && found.getAttribute(wanted.name) === wanted.value
    }
    const path = shownPath()
    if (path === null || path === wanted.not) return false
    const title = document.querySelector('.rv-top h1')?.textContent
    return wanted.crate === undefined || title === wanted.crate
  }
  const calls: TimedCall[] = []
  const fetched = window.fetch.bind(window)
  window.fetch = async (input, init) => {
    const name = /"name":"([^"]+)"/.exec(typeof init?.body === 'string' ? init.body : '')?.[1] ?? ''
    if (name === 'review.prepare' && (window as unknown as Timed).preparesNothing === true)
      return Response.json({ ok: true, value: null })
    const from = performance.now()
    const answer = await fetched(input, init)
    const read = answer.json.bind(answer)
    answer.json = async () => {
      const value: unknown = await read()
      calls.push({ name, from, to: performance.now() })
      return value
    }
    return answer
  }
  const timer: Timer = {
    shownPath,
    time: wanted =>
      new Promise((done, fail) => {
        setTimeout(() => fail(new Error(`nothing of this was painted: ${JSON.stringify(wanted)}`)), 20_000)
        const onKey = (event: KeyboardEvent) => {
          window.removeEventListener('keydown', onKey, true)
          const pressedAt = event.timeStamp
          const painted = () =>
            requestAnimationFrame(() => {
              const channel = new MessageChannel()
              channel.port1.onmessage = () => {
                const here = calls.filter(call => call.from >= pressedAt)
                const relative = here.map(({ name, from, to }) => ({
                  name,
                  from: from - pressedAt,
                  to: to - pressedAt,
                }))
                done({ ms: performance.now() - pressedAt, calls: relative })
              }
              channel.port2.postMessage(null)
            })
          const look = () => {
            if (!isThere(wanted)) return
            watcher.disconnect()
            painted()
          }
          const watcher = new MutationObserver(look)
          watcher.observe(document, { subtree: true, childList: true, attributes: true })
          // The page's own handler of this key comes after this one.
          queueMicrotask(look)
        }
        window.addEventListener('keydown', onKey, true)
      }),
  }
  ;(window as unknown as { assayTimer: Timer }).assayTimer = timer
}
