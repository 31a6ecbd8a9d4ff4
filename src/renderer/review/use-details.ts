/** Which tab of the details is shown, and in a narrow window whether their drawer is open. */
import { useState } from 'react'
import { useCommandHandlers } from '../commands/command-table.ts'
import type { PanelTab } from './side-panel.tsx'

export interface Details {
  readonly tab: PanelTab
  readonly isOpen: boolean
  readonly setTab: (tab: PanelTab) => void
  readonly setOpen: (isOpen: boolean) => void
  /** Also opens the drawer. */
  readonly openTab: (tab: PanelTab) => void
}

export function useDetails(isDrawer: boolean): Details {
  const [isOpen, setOpen] = useState(false)
  const [tab, setTab] = useState<PanelTab>('units')
  const openTab = (next: PanelTab) => {
    setTab(next)
    if (isDrawer) setOpen(true)
  }
  useCommandHandlers({
    'review.tab1': () => openTab('units'),
    'review.tab2': () => openTab('notes'),
    'review.tab3': () => openTab('provenance'),
    'review.tab4': () => openTab('audits'),
    'review.tab5': () => openTab('checklist'),
    'review.tab6': () => openTab('file'),
  })
  return { tab, isOpen, setTab, setOpen, openTab }
}
