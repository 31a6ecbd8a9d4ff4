// The desktop shell with its guard removed from around the page, for one test: frames inside our page get the preload
// too, and a second window of a stranger has it as well. What is left between them and the engine is the sender check.
const Module = require('module')
const path = require('path')
const electron = require('electron')

class OpenWindow extends electron.BrowserWindow {
  constructor(options) {
    super({ ...options, webPreferences: { ...options.webPreferences, nodeIntegrationInSubFrames: true } })
  }
}
const opened = new Proxy(electron, { get: (target, name) => (name === 'BrowserWindow' ? OpenWindow : target[name]) })
const load = Module._load
Module._load = (request, ...rest) => (request === 'electron' ? opened : load(request, ...rest))

const dist = path.resolve(__dirname, '..', '..', 'dist', 'electron')
require(path.join(dist, 'main.cjs'))

electron.app.whenReady().then(() =>
  setTimeout(() => {
    const stranger = new electron.BrowserWindow({
      webPreferences: { preload: path.join(dist, 'preload.cjs'), sandbox: true, contextIsolation: true },
    })
    stranger.loadURL('app://assay/index.html#stranger')
  }, 1000),
)
