/**
 * The one window: made hidden with the theme's colour so that nothing flashes, shown when the page has painted, and put
 * back on its feet when its page crashes or hangs.
 */
import path from 'node:path'
import { BrowserWindow, app, dialog, nativeTheme, screen } from 'electron'
import { launchHash, type LaunchRequest } from '../../../shared/launch.ts'
import { APP_PAGE } from './page-rules.ts'
import { LEAST_SIZE, commitWindowState, fitBounds, loadWindowState, type WindowState } from './window-state.ts'

/** tokens.css --bg-0 of both themes. */
const BACKGROUND = { dark: '#0e1116', light: '#eceff3' }
const SAVE_AFTER_MS = 500
/** A page that crashes more often than this within a minute is not loaded again by itself. */
const MOST_RELOADS = 3

export interface MainWindow {
  readonly window: BrowserWindow
  /** Remembers the theme for the next start's first paint, and tells the system's own parts. */
  setTheme(theme: WindowState['theme']): void
}

/** `stateFile`: where the window remembers its place. `areToolsAllowed`: developer tools. */
export function createMainWindow(
  stateFile: string,
  launch: LaunchRequest,
  areToolsAllowed: boolean,
  log: (text: string) => void,
): MainWindow {
  let state = loadWindowState(stateFile)
  nativeTheme.themeSource = state.theme
  const workAreas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(display => display.workArea)
  const isMac = process.platform === 'darwin'
  const window = new BrowserWindow({
    ...fitBounds(state.bounds, workAreas),
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    title: 'Assay',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    frame: isMac, // elsewhere the page draws its own title bar
    ...(isMac ? { titleBarStyle: 'hiddenInset' as const } : {}),
    webPreferences: {
      preload: path.join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: areToolsAllowed,
    },
  })
  if (state.isMaximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  const remember = (change: Partial<WindowState>): void => {
    state = { ...state, ...change }
    commitWindowState(stateFile, state)
  }
  rememberPlace(window, remember)
  surviveTrouble(window, log)
  void window
    .loadURL(APP_PAGE + launchHash(launch))
    .catch((error: unknown) => log(`the page did not load: ${String(error)}`))
  return {
    window,
    setTheme(theme) {
      if (theme === state.theme) return
      nativeTheme.themeSource = theme
      remember({ theme })
    },
  }
}

function rememberPlace(window: BrowserWindow, remember: (change: Partial<WindowState>) => void): void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const save = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return
    remember({ bounds: window.getNormalBounds(), isMaximised: window.isMaximized() })
  }
  const later = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(save, SAVE_AFTER_MS)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('close', save)
}

/** Reloads after a crash, asks after a hang. Drafts and marks live in the engine, so a reload loses nothing. */
function surviveTrouble(window: BrowserWindow, log: (text: string) => void): void {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return
    log(`the page’s process ended: ${details.reason} (code ${details.exitCode})`)
    const now = Date.now()
    crashes = [...crashes.filter(at => now - at < 60_000), now]
    if (crashes.length <= MOST_RELOADS) window.webContents.reload()
    else void askAfterTrouble(window, 'The page of Assay keeps crashing.', 'Try again', 'Quit', () => app.quit())
  })
  window.on('unresponsive', () => {
    log('the page does not answer')
    void askAfterTrouble(window, 'Assay does not answer at the moment.', 'Reload', 'Wait', () => undefined)
  })
  window.webContents.on('preload-error', (_event, file, error) => log(`${path.basename(file)}: ${error.message}`))
}

async function askAfterTrouble(
  window: BrowserWindow,
  message: string,
  reload: string,
  other: string,
  onOther: () => void,
): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message,
    detail: 'What you marked and wrote is saved.',
    buttons: [reload, other],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) onOther()
  else if (!window.isDestroyed()) {
    if (!window.webContents.isCrashed()) window.webContents.forcefullyCrashRenderer?.()
    window.webContents.reload()
  }
}
