/**
 * What a page of ours cannot do, tried from inside a real Electron window as a hostile script would. The network tries
 * are made twice: with the content policy, and with it taken away so that the shell alone must hold.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { evaluateBare, expect, listPages, test } from './launch.ts'

const OWN_PAGE = 'app://assay/index.html'

/** A server that counts whatever reaches it. */
async function listen(): Promise<{ readonly address: string; readonly hits: string[]; close(): void }> {
  const hits: string[] = []
  const server = http.createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`)
    response.setHeader('access-control-allow-origin', '*')
    response.end('reached')
  })
  server.on('upgrade', (request, socket) => {
    hits.push(`UPGRADE ${request.url}`)
    socket.destroy()
  })
  server.on('connection', () => hits.push('connection'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Every way out of a page that we know; answers those that believe they got through. */
const tryNetwork = (page: Page, address: string): Promise<string[]> =>
  page.evaluate(async host => {
    const through: string[] = []
    const settle = (name: string, run: (ok: () => void, no: () => void) => void) =>
      new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 1_500)
        const done = (isThrough: boolean) => {
          clearTimeout(timer)
          if (isThrough) through.push(name)
          resolve()
        }
        try {
          run(
            () => done(true),
            () => done(false),
          )
        } catch {
          done(false)
        }
      })
    const element = (name: string, tag: string, set: (e: HTMLElement) => void) =>
      settle(name, (ok, no) => {
        const made = document.createElement(tag)
        made.onload = ok
        made.onerror = no
        set(made)
        document.body.append(made)
      })
    const url = `http://${host}`
    await Promise.all([
      settle('fetch', (ok, no) => void fetch(`${url}/fetch`, { mode: 'no-cors' }).then(ok, no)),
      settle('xhr', (ok, no) => {
        const request = new XMLHttpRequest()
        request.onload = ok
        request.onerror = no
        request.open('GET', `${url}/xhr`)
        request.send()
      }),
      settle('websocket', (ok, no) => {
        const socket = new WebSocket(`ws://${host}/ws`)
        socket.onopen = ok
        socket.onerror = no
      }),
      settle('events', (ok, no) => {
        const source = new EventSource(`${url}/sse`)
        source.onopen = ok
        source.onerror = () => {
          source.close()
          no()
        }
      }),
      settle('worker', (ok, no) => {
        const code = `fetch('${url}/worker', { mode: 'no-cors' }).then(() => postMessage(1), () => postMessage(0))`
        const worker = new Worker(URL.createObjectURL(new Blob([code])))
        worker.onmessage = event => (event.data === 1 ? ok() : no())
        worker.onerror = no
      }),
      element('image', 'img', e => ((e as HTMLImageElement).src = `${url}/image`)),
      element('script', 'script', e => ((e as HTMLScriptElement).src = `${url}/script.js`)),
      element('style', 'link', e => Object.assign(e, { rel: 'stylesheet', href: `${url}/style.css` })),
      element('prefetch', 'link', e => Object.assign(e, { rel: 'prefetch', href: `${url}/prefetch` })),
      element('preconnect', 'link', e => Object.assign(e, { rel: 'preconnect', href: url })),
      element('audio', 'audio', e => ((e as HTMLAudioElement).src = `${url}/audio`)),
      element('object', 'object', e => ((e as HTMLObjectElement).data = `${url}/object`)),
    ])
    navigator.sendBeacon(`${url}/beacon`, 'x')
    const form = document.createElement('form')
    Object.assign(form, { action: `${url}/form`, method: 'POST' })
    document.body.append(form)
    form.submit()
    const frame = document.createElement('iframe')
    frame.src = `${url}/frame`
    document.body.append(frame)
    await new Promise(resolve => setTimeout(resolve, 500))
    return through
  }, address)

test('the page has no Node, in its window or in a worker', async ({ launch }) => {
  const { page } = await launch()
  const names = ['require', 'process', 'module', 'exports', 'global', 'Buffer', '__dirname', 'electron']
  expect(await page.evaluate(all => all.filter(name => name in window), names)).toEqual([])
  const inWorker = await page.evaluate(
    all =>
      new Promise(resolve => {
        const code = `postMessage(${JSON.stringify(all)}.filter(name => name in self))`
        new Worker(URL.createObjectURL(new Blob([code]))).onmessage = event => resolve(event.data)
      }),
    names,
  )
  expect(inWorker).toEqual([])
})

test('the bridge is the raw pipe alone, frozen, and only passes known calls', async ({ launch }) => {
  const { page } = await launch()
  const bridge = await page.evaluate(async () => {
    const { assay } = window as unknown as {
      assay: Record<string, unknown> & { invoke(n: string, a: unknown): Promise<unknown> }
    }
    let isChanged = true
    try {
      assay.invoke = async () => null
      isChanged = String(assay.invoke).includes('null')
    } catch {
      isChanged = false
    }
    const tried = ['__proto__', 'constructor', 'app.changed', 'ELECTRON_BROWSER_REQUIRE', 'app.state\0'].map(name =>
      assay.invoke(name, null).then(
        () => `${name} answered`,
        () => null,
      ),
    )
    return { names: Object.keys(assay).sort(), isChanged, answered: (await Promise.all(tried)).filter(Boolean) }
  })
  expect(bridge).toEqual({ names: ['door', 'invoke', 'subscribe'], isChanged: false, answered: [] })
  const answer = await page.evaluate(() =>
    (window as unknown as { assay: { invoke(n: string, a: unknown): Promise<unknown> } }).assay.invoke(
      'shell.openExternal',
      {
        url: 'file:///etc/passwd',
      },
    ),
  )
  expect(answer).toMatchObject({ ok: false, error: { code: 'request-invalid' } })
})

for (const main of [undefined, path.join(import.meta.dirname, 'no-policy.cjs')]) {
  test(`the page cannot reach the network${main === undefined ? '' : ', even without its content policy'}`, async ({
    launch,
  }) => {
    const server = await listen()
    try {
      const { page } = await launch(main === undefined ? {} : { main })
      const hasPolicy = await page.evaluate(async () =>
        (await fetch(window.location.href)).headers.has('content-security-policy'),
      )
      expect(hasPolicy).toBe(main === undefined)
      expect(await tryNetwork(page, server.address)).toEqual([])
      expect(server.hits).toEqual([])
      expect(page.url().split('#')[0]).toBe(OWN_PAGE)
    } finally {
      server.close()
    }
  })
}

const ELSEWHERE = ['https://docs.rs/', 'file:///etc/passwd', 'app://other/index.html', 'app://assay/index.html#again']

test('the page cannot navigate away', async ({ launch }) => {
  const server = await listen()
  try {
    const { page } = await launch()
    await expect.poll(() => page.evaluate(() => document.getElementById('root') !== null)).toBe(true)
    for (const target of [`http://${server.address}/nav`, ...ELSEWHERE.slice(0, 3)]) {
      await page.evaluate(url => void (window.location.href = url), target)
      await page.evaluate(url => {
        const link = Object.assign(document.createElement('a'), { href: url, target: '_top' })
        document.body.append(link)
        link.click()
      }, target)
      await page.waitForTimeout(150) // a navigation that is allowed would have begun
      expect(page.url().split('#')[0], target).toBe(OWN_PAGE)
    }
    expect(await page.evaluate(() => document.getElementById('root') !== null)).toBe(true)
    expect(server.hits).toEqual([])
  } finally {
    server.close()
  }
})

test('the page cannot open windows', async ({ startOnly }) => {
  const server = await listen()
  try {
    const { endpoint } = await startOnly()
    await expect.poll(async () => (await listPages(endpoint)).map(({ url }) => url.split('#')[0])).toEqual([OWN_PAGE])
    await expect.poll(() => evaluateBare(endpoint, 'document.getElementById("root") !== null')).toBe(true)
    const urls = [`http://${server.address}/window`, ...ELSEWHERE]
    const open = await evaluateBare(
      endpoint,
      `(async () => {
        const opened = ${JSON.stringify(urls)}.map(url => window.open(url, '_blank'))
        await new Promise(resolve => setTimeout(resolve, 1000))
        return opened.map(child => child !== null && !child.closed)
      })()`,
    )
    expect(open).toEqual(urls.map(() => false))
    expect((await listPages(endpoint)).map(({ url }) => url.split('#')[0])).toEqual([OWN_PAGE])
    expect(server.hits).toEqual([])
  } finally {
    server.close()
  }
})

test('webviews, frames and permissions are refused', async ({ launch }) => {
  const { page } = await launch()
  const got = await page.evaluate(async () => {
    const webview = document.createElement('webview') as HTMLElement & { loadURL?: unknown }
    webview.setAttribute('src', 'app://assay/index.html')
    document.body.append(webview)
    const denied = (run: () => Promise<unknown>) =>
      run().then(
        () => 'granted',
        () => 'denied',
      )
    return {
      webview: typeof webview.loadURL,
      location: await denied(
        () =>
          new Promise((resolve, reject) =>
            navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 2_000 }),
          ),
      ),
      camera: await denied(() => navigator.mediaDevices.getUserMedia({ video: true })),
      notification: await Notification.requestPermission(),
      clipboardRead: await denied(() => navigator.clipboard.readText()),
    }
  })
  expect(got).toEqual({
    webview: 'undefined',
    location: 'denied',
    camera: 'denied',
    notification: 'denied',
    clipboardRead: 'denied',
  })
})

test('a message from a foreign frame or window is refused', async ({ launch }) => {
  const { page, browser, output } = await launch({ main: path.join(import.meta.dirname, 'foreign-frame.cjs') })
  type Bridge = { assay?: { invoke(name: string, args: unknown): Promise<unknown> } }
  const own = await page.evaluate(() => (window as Bridge).assay?.invoke('shell.window', { action: 'none' }))
  expect(own).toMatchObject({ ok: false, error: { code: 'request-invalid' } }) // answered, so the pipe works here
  const fromFrame = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    await new Promise(resolve => setTimeout(resolve, 500))
    const { assay } = frame.contentWindow as unknown as Bridge
    if (assay === undefined) return 'no bridge in the frame: this test shows nothing'
    return assay.invoke('app.state', null).then(
      answer => `answered ${JSON.stringify(answer)}`,
      (error: unknown) => String(error),
    )
  })
  expect(fromFrame).toMatch(/refused/)
  expect(output()).toContain('refused a message: not from the main frame')
  await expect.poll(() => browser.contexts()[0]?.pages().length).toBe(2)
  const stranger = browser
    .contexts()[0]
    ?.pages()
    .find(other => other.url().includes('#stranger'))
  const fromStranger = await stranger?.evaluate(() =>
    (window as Bridge).assay?.invoke('app.state', null).then(
      answer => `answered ${JSON.stringify(answer)}`,
      (error: unknown) => String(error),
    ),
  )
  expect(fromStranger).toMatch(/refused/)
  expect(output()).toContain('refused a message: not from our window')
})

/** Command line and user namespace of the processes that this Electron started for pages. */
function pageProcesses(
  browserPid: number,
): { readonly command: string; readonly userNamespace: string; readonly status: string }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        if (!command.includes('--type=renderer')) return []
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        return [{ command, status, userNamespace: readlinkSync(`/proc/${pid}/ns/user`), pid, browserPid }]
      } catch {
        return [] // ended meanwhile
      }
    })
}

test('the page’s process runs in Chromium’s sandbox', async ({ launch, folder }) => {
  // NOTE: the seccomp filter of Chromium 83 forbids calls that today's libc makes, so this shows the namespaces alone.
  const { chmod } = await import('node:fs/promises')
  await chmod(folder, 0o777)
  const desktop = await launch({ sandboxed: true, env: { HOME: folder } })
  await expect.poll(() => desktop.page.evaluate(() => document.getElementById('root') !== null)).toBe(true)
  const processes = pageProcesses(desktop.process.pid ?? 0).filter(({ command }) => !command.includes('--no-sandbox'))
  expect(processes.length).toBeGreaterThan(0)
  const ours = readlinkSync('/proc/self/ns/user')
  for (const { userNamespace, status } of processes) {
    expect(userNamespace).not.toBe(ours)
    expect(status).toMatch(/NoNewPrivs:\s+1/)
  }
})
