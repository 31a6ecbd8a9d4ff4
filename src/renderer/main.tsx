/**
 * The page's entry: connects to the engine through the door it was opened by, and draws the frame. Without inline
 * scripts or network of its own, so that the doors can forbid both.
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/themes.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/frame.css'
import { connect, ConnectionContext } from './client.ts'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { Frame } from './shell/frame.tsx'
import { listenToEngine } from './state/connect.ts'
import { keepFlexGaps } from './styles/flex-gap.ts'
import { followTheme } from './styles/follow-theme.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const connection = connect()
followTheme()
keepFlexGaps()
listenToEngine(connection.client)
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <ConnectionContext value={connection}>
        <Frame />
      </ConnectionContext>
    </ErrorBoundary>
  </StrictMode>,
)
