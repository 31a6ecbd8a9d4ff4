// `npm start [-- WORKSPACE] [--browser] [--port N] [--no-open] [--retry-electron]`: installs and builds what is missing,
// then opens the desktop window, or serves the browser door and says in one line why.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildAll } from './build.mjs'
import { openWindow, whyNoDisplay, whyNoElectron } from './lib/desktop.mjs'
import { ROOT, enterPinnedNode, say, stop } from './lib/setup.mjs'

await enterPinnedNode()
// npm runs scripts in the package's folder; relative paths are meant from where the user is.
if (process.env.INIT_CWD !== undefined && process.cwd() === ROOT) process.chdir(process.env.INIT_CWD)
const OWN_FLAGS = ['--browser', '--retry-electron']
const args = process.argv.slice(2)
// Where no workspace is named and none was open before, there is the sample to look at.
const doorArgs = [...args.filter(arg => !OWN_FLAGS.includes(arg)), '--sample']
const wantsBrowser = args.includes('--browser') || doorArgs.some(arg => arg === '--port' || arg === '--no-open')

try {
  await buildAll()
} catch (error) {
  stop(`build failed: ${error instanceof Error ? error.message : String(error)}`)
}

const door = await import(pathToFileURL(path.join(ROOT, 'dist', 'browser-server.mjs')).href)
const parsed = door.parseDoorArguments(doorArgs)
if (typeof parsed === 'string') process.exit(await door.runBrowserDoor(doorArgs)) // says what is wrong
let reason = wantsBrowser ? 'as asked' : (whyNoDisplay() ?? (await whyNoElectron(args.includes('--retry-electron'))))
if (reason === null) {
  const ended = await openWindow(parsed.workspace === null ? null : path.resolve(parsed.workspace))
  if (ended.code !== undefined) process.exit(ended.code)
  reason = ended.reason
}
say(`Opening in the browser, not in a window: ${reason}.`)
process.exit(await door.runBrowserDoor(doorArgs))
