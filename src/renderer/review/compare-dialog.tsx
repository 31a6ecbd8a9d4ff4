/**
 * Opens the reading of any two versions of any crate, or of one version in full: as a review of its own, with its own
 * marks. From a review it starts with what is read there and goes on in the same file.
 */
import { useEffect, useId, useState, type FormEvent } from 'react'
import { create } from 'zustand'
import { brand, reviewId, type CrateName, type Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { CrateVersion } from '../../shared/review-aids.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { useIsGone } from '../parts/use-is-gone.ts'
import { count } from '../parts/words.ts'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { openReview, setOverlay } from '../state/app-store.ts'
import { openComparison } from './comparison.ts'
import { shownPath } from './shown-path.ts'

export interface CompareStart {
  readonly crate: string
  readonly delta: Delta
  /** The file on screen, to go on with; null for none. */
  readonly path: string | null
}
const useCompare = create<{ readonly start: CompareStart | null }>(() => ({ start: null }))

export function openCompare(start: CompareStart | null): void {
  useCompare.setState({ start })
  setOverlay('compare')
}

export function CompareDialog() {
  const form = useCompareForm()
  const { known } = form
  return (
    <Overlay label="Compare two versions" className="palette">
      <div className="oh">
        <b>Compare two versions</b>
        <span className="t11 dim ell" role="status">
          {known === null ? '' : known.length === 0 ? 'no version is known here' : count(known.length, 'version')}
        </span>
        <EscButton />
      </div>
      <form className="rv-compare" onSubmit={form.submit}>
        <Fields form={form} />
        {form.failure !== null && <FailureNotice failure={form.failure} />}
        <div className="row">
          <span className="t11 sub grow">{whatComes(form)}</span>
          <button className="btn p" disabled={!form.canOpen}>
            {form.isBusy ? 'Opening…' : 'Compare'}
          </button>
        </div>
      </form>
    </Overlay>
  )
}

/** What is in the fields, what is known for them, and what comes of it. */
function useCompareForm() {
  const start = useCompare(s => s.start)
  const [crate, setCrate] = useState(start?.crate ?? '')
  const [other, setOther] = useState('')
  const [from, setFrom] = useState(start?.delta.from ?? '')
  const [to, setTo] = useState<string>(start?.delta.to ?? '')
  const known = useVersions(crate)
  const knownOther = useVersions(other)
  const isOther = other.trim() !== '' && other.trim() !== crate.trim()
  const here = start !== null && crate.trim() === start.crate ? start.path : null
  const { isBusy, failure, open } = useOpening()

  const compare = () => {
    const name = brand<'CrateName'>(crate.trim())
    const base = from.trim()
    if (isOther) {
      setOverlay(null)
      return openComparison({
        left: { crate: brand<'CrateName'>(other.trim()), version: base },
        right: { crate: name, version: to.trim() },
      })
    }
    void open(name, { from: base === '' ? null : brand<'VetVersion'>(base), to: brand<'VetVersion'>(to.trim()) }, here)
  }
  const canOpen = !isBusy && crate.trim() !== '' && to.trim() !== '' && (!isOther || from.trim() !== '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (canOpen) compare()
  }
  return {
    ...{ crate, setCrate, other, setOther, from, setFrom, to, setTo },
    ...{ known, knownOther, isOther, here, isBusy, failure, canOpen, submit },
  }
}

/** Opens a review in place of the dialog; the dialog stays with what went wrong. One that was closed opens nothing. */
function useOpening() {
  const client = useClient()
  const isGone = useIsGone()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const open = async (crate: CrateName, delta: Delta, here: string | null) => {
    setBusy(true)
    setFailure(null)
    const opened = await client.call('review.open', { crate, delta })
    if (isGone.current) return
    if (!opened.ok) {
      setBusy(false)
      return setFailure(opened.error)
    }
    // A review opens where its reader was: for the same crate that is the file on screen.
    if (here !== null && opened.value.files.some(file => file.path === here))
      await client.call('review.setResume', { review: reviewId(crate, delta), path: here, line: 0 })
    if (isGone.current) return
    setOverlay(null)
    openReview(crate, delta, null)
  }
  return { isBusy, failure, open }
}

interface FormProps {
  readonly form: ReturnType<typeof useCompareForm>
}

function Fields({ form }: FormProps) {
  const { isOther } = form
  const otherList = useId()
  const list = useId()
  return (
    <>
      <label>
        Crate
        <input
          data-autofocus
          className="inp mono"
          value={form.crate}
          onChange={event => form.setCrate(event.target.value)}
        />
      </label>
      <label>
        From
        <input
          className="inp mono"
          list={isOther ? otherList : list}
          placeholder={isOther ? 'a version of the other crate' : 'empty: all of the version'}
          value={form.from}
          onChange={event => form.setFrom(event.target.value)}
        />
      </label>
      <label>
        To
        <input className="inp mono" list={list} value={form.to} onChange={event => form.setTo(event.target.value)} />
      </label>
      <label>
        Of crate
        <input
          className="inp mono"
          placeholder="empty: the same crate"
          value={form.other}
          onChange={event => form.setOther(event.target.value)}
        />
      </label>
      <Versions id={otherList} known={form.knownOther} />
      <Versions id={list} known={form.known} />
    </>
  )
}

function whatComes({ isOther, here }: FormProps['form']): string {
  if (isOther)
    return 'Two different crates: this only shows how they differ. It is no delta, nothing is marked read, and it cannot be certified.'
  return here === null ? '' : `Goes on in ${shownPath(here)} if it differs there.`
}

function Versions({ id, known }: { readonly id: string; readonly known: readonly CrateVersion[] | null }) {
  return (
    <datalist id={id}>
      {(known ?? []).map(({ version, isYanked }) => (
        <option key={version} value={version} label={isYanked ? `${version}, yanked` : version} />
      ))}
    </datalist>
  )
}

const TYPING_MS = 300
/** The versions the registry knows, newest first; null until it has answered, empty when it has none or cannot say. */
function useVersions(crate: string): readonly CrateVersion[] | null {
  const client = useClient()
  const [known, setKnown] = useState<{ readonly crate: string; readonly list: readonly CrateVersion[] } | null>(null)
  useEffect(() => {
    const name = crate.trim()
    if (name === '') return
    let isCurrent = true
    const timer = window.setTimeout(() => {
      void client.call('review.versions', { crate: brand<'CrateName'>(name) }).then(answer => {
        if (isCurrent) setKnown({ crate, list: answer.ok ? answer.value : [] })
      })
    }, TYPING_MS)
    return () => {
      isCurrent = false
      window.clearTimeout(timer)
    }
  }, [client, crate])
  return known?.crate === crate ? known.list : null
}
