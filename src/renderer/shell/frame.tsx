/** The frame around every page: title bar, the page of the view, status bar, overlays, toasts, keyboard. */
import { lazy, Suspense } from 'react'
import { describeFailure } from '../../shared/failure.ts'
import { BatchPage } from '../certify/batch-page.tsx'
import { CertifyPage } from '../certify/certify-page.tsx'
import { useKeyboard } from '../commands/use-keyboard.ts'
import { Icon } from '../parts/icon.tsx'
import { ExportOverviewDialog } from '../overview/export-dialog.tsx'
import { OverviewPage } from '../overview/overview-page.tsx'
import { PackagesDialog } from '../overview/packages-dialog.tsx'
import { SaveDialog } from '../overview/save-dialog.tsx'
import { TermsDialog } from '../overview/terms-dialog.tsx'
import { AcceptDialog } from '../provenance/accept-dialog.tsx'
import { ExportDialog } from '../provenance/export-dialog.tsx'
import { CompareDialog } from '../review/compare-dialog.tsx'
import { ProvenancePage } from '../provenance/provenance-page.tsx'
import { QueuePage } from '../queue/queue-page.tsx'
import { SettingsDialog } from '../settings/settings-dialog.tsx'
import { navigate, replaceView, useAppStore, type OpenReview } from '../state/app-store.ts'
import { TeamDialog } from '../team/team-dialog.tsx'
import { useSyncCommand } from '../team/use-team-commands.ts'
import { WelcomePage } from '../welcome/welcome-page.tsx'
import { WhatIfApplyPage } from '../what-if/apply-page.tsx'
import { WhatIfPage } from '../what-if/what-if-page.tsx'
import { useAppCommands } from './app-commands.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { FolderChooser } from './folder-chooser.tsx'
import { Help } from './help.tsx'
import { Jobs } from './jobs.tsx'
import { Palette } from './palette.tsx'
import { usePreparedReview, useReviewPage } from './prepare-review.ts'
import { StatusBar } from './status-bar.tsx'
import { TitleBar } from './title-bar.tsx'
import { Toasts } from './toasts.tsx'

const ComparePage = lazy(async () => ({ default: (await import('../review/compare-page.tsx')).ComparePage }))

const PairPage = lazy(async () => ({ default: (await import('../provenance/pair-page.tsx')).PairPage }))

function EngineMissing() {
  const failure = useAppStore(s => s.appFailure)
  if (failure === null) return null
  const { title, cause, help } = describeFailure(failure)
  return (
    <div className="center" role="alert">
      <Icon name="bad" className="lg err" />
      <b className="t15">{title}</b>
      <p>{[cause, help].filter(text => text !== null).join('. ')}</p>
      <button className="btn p" onClick={() => window.location.reload()}>
        Load the page again
      </button>
    </div>
  )
}

function ReviewOf({ tab }: { readonly tab: OpenReview }) {
  const ReviewPage = useReviewPage()
  return (
    <Suspense fallback={<div className="panel" style={{ height: '100%' }} />}>
      <ReviewPage
        crate={tab.crate}
        delta={tab.delta}
        onBack={() => navigate({ kind: 'queue' })}
        onCertify={() => navigate({ kind: 'certify', id: tab.id, from: 'review' })}
      />
    </Suspense>
  )
}

/** The review stays mounted under its certify sheet, so that Back finds the same scroll position. */
function ReviewAndCertify() {
  const view = useAppStore(s => s.view)
  const tab = useAppStore(s => ('id' in s.view ? s.tabs.find(t => 'id' in s.view && t.id === s.view.id) : undefined))
  if (tab === undefined || !('id' in view)) return null
  const isCertify = view.kind === 'certify'
  const hasReview = !isCertify || view.from === 'review'
  return (
    <>
      {hasReview && (
        <div style={{ height: '100%', display: isCertify ? 'none' : undefined }}>
          <ReviewOf key={tab.id} tab={tab} />
        </div>
      )}
      {isCertify && (
        <CertifyPage
          key={tab.id}
          tab={tab}
          onBack={() => replaceView(view.from === 'review' ? { kind: 'review', id: tab.id } : { kind: 'queue' })}
        />
      )}
    </>
  )
}

function Pair() {
  const view = useAppStore(s => s.view)
  if (view.kind !== 'pair') return null
  return (
    <Suspense fallback={<div className="panel" style={{ height: '100%' }} />}>
      <PairPage
        key={`${view.crate} ${view.version} ${view.path ?? ''}`}
        crate={view.crate}
        version={view.version}
        path={view.path}
      />
    </Suspense>
  )
}

function Page() {
  const kind = useAppStore(s => s.view.kind)
  const isReady = useAppStore(s => s.app !== null)
  const hasFailed = useAppStore(s => s.app === null && s.appFailure !== null)
  if (hasFailed) return <EngineMissing />
  if (!isReady) return null
  if (kind === 'welcome') return <WelcomePage />
  if (kind === 'queue') return <QueuePage />
  if (kind === 'provenance') return <ProvenancePage />
  if (kind === 'overview') return <OverviewPage />
  if (kind === 'pair') return <Pair />
  if (kind === 'batch') return <BatchPage />
  if (kind === 'compare')
    return (
      <Suspense fallback={<div className="panel" style={{ height: '100%' }} />}>
        <ComparePage />
      </Suspense>
    )
  if (kind === 'whatif') return <WhatIfPage />
  if (kind === 'whatif-apply') return <WhatIfApplyPage />
  return <ReviewAndCertify />
}

function OpenOverlay() {
  const overlay = useAppStore(s => s.overlay)
  if (overlay === null) return null
  if (overlay === 'palette' || overlay === 'goto') return <Palette key={overlay} mode={overlay} />
  if (overlay === 'help') return <Help />
  if (overlay === 'jobs') return <Jobs />
  if (overlay === 'settings' || overlay === 'redirects') return <SettingsDialog key={overlay} at={overlay} />
  if (overlay === 'accept') return <AcceptDialog />
  if (overlay === 'export') return <ExportDialog />
  if (overlay === 'compare') return <CompareDialog />
  // Beside its row, so the queue draws it.
  if (overlay === 'risk') return null
  if (overlay === 'overview-export') return <ExportOverviewDialog />
  if (overlay === 'overview-packages') return <PackagesDialog />
  if (overlay === 'overview-save') return <SaveDialog />
  if (overlay === 'overview-terms') return <TermsDialog />
  if (overlay === 'team') return <TeamDialog />
  return <FolderChooser />
}

export function Frame() {
  useKeyboard()
  useAppCommands()
  useSyncCommand()
  usePreparedReview(useAppStore(s => s.queue !== null))
  return (
    <div className="app">
      <TitleBar />
      <div className="page">
        <ErrorBoundary>
          <Page />
        </ErrorBoundary>
      </div>
      <StatusBar />
      <OpenOverlay />
      <Toasts />
    </div>
  )
}
