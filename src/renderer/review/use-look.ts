/** How the diff is shown: as the settings say, until the reader chooses otherwise on this page. */
import { useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import { changeSettings } from '../state/actions.ts'
import { useSettings } from '../state/app-store.ts'
import type { DiffViewOptions } from './diff-leaf.ts'
import { useWindowWidth } from './page-state.ts'

/** Below this width the panel at the right is a drawer. */
const DRAWER_BELOW_PX = 1180
/** Side by side, lines wrap below this width unless the reader chose otherwise. */
const WRAP_BELOW_PX = 1600

export interface Look {
  readonly options: DiffViewOptions
  readonly isDrawer: boolean
  readonly setLayout: (layout: DiffViewOptions['layout']) => void
  readonly toggleLayout: () => void
  readonly toggleWrap: () => void
  readonly toggleWhitespace: () => void
}

export function useLook(client: EngineClient): Look {
  const settings = useSettings()
  const width = useWindowWidth()
  const [wrapChoice, setWrapChoice] = useState<boolean | null>(settings.wrapLines ? true : null)
  const [whitespace, setWhitespace] = useState(false)
  const wrap = wrapChoice ?? width < WRAP_BELOW_PX
  const setLayout = (layout: DiffViewOptions['layout']) => void changeSettings(client, { diffLayout: layout })
  return {
    options: { layout: settings.diffLayout, wrap, whitespace },
    isDrawer: width < DRAWER_BELOW_PX,
    setLayout,
    toggleLayout: () => setLayout(settings.diffLayout === 'split' ? 'unified' : 'split'),
    toggleWrap() {
      setWrapChoice(!wrap)
      void changeSettings(client, { wrapLines: !wrap })
    },
    toggleWhitespace: () => setWhitespace(!whitespace),
  }
}
