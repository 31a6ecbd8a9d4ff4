/**
 * The certify sheet's draft and its plan: every edit asks for a new plan after a short pause and saves the draft. Until
 * the plan of the last edit has arrived, writing is not possible, because the bytes on screen are not those of the form.
 */
import { useCallback, useEffect, useState } from 'react'
import type { CallResult } from '../../shared/contract.ts'
import { brand, type CriteriaName, type CrateName, type Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { CertifyPlan, CertifyRequest } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { useAutosave } from '../parts/use-autosave.ts'
import { useSigners } from '../team/signers.ts'
import { EVIDENCE, lineIn, REASON, TIME, withLine } from './note-lines.ts'

const PLAN_PAUSE_MS = 120

export interface CertifyForm {
  /** Null: the engine's choice, the missing criteria. */
  readonly criteria: readonly CriteriaName[] | null
  /** Null: git's identity. */
  readonly who: string | null
  readonly notes: string
}

export interface CertifyState {
  readonly form: CertifyForm
  readonly edit: (change: Partial<CertifyForm>) => void
  readonly plan: CertifyPlan | null
  readonly failure: Failure | null
  /** True while the plan on screen is not that of the form. */
  readonly isPlanning: boolean
  readonly draft: 'none' | 'saving' | 'saved' | 'restored'
  /** The audit was written: what is not saved yet must not come back as a draft. */
  readonly dropDraft: () => void
  readonly replan: () => void
  /** What the review knows that the notes could say; null until it was asked. */
  readonly review: CallResult<'review.auditNotes'> | null
  /** Makes the notes anew from the review, in place of what is written. */
  readonly rebuildNotes: () => void
}

const untouched: CertifyForm = { criteria: null, who: null, notes: '' }

/** `signers`: whom the audit names when nobody was written; empty for git's identity. */
function requestOf(crate: CrateName, delta: Delta, form: CertifyForm, signers: readonly string[]): CertifyRequest {
  const who = (form.who ?? signers.join('\n'))
    .split(/\n|,(?=[^,]*<)/)
    .map(person => person.trim())
    .filter(person => person !== '')
  const notes = form.notes.replace(/\s+$/, '')
  return { crate, delta, criteria: [...(form.criteria ?? [])], who, notes: notes === '' ? null : notes }
}

export function useCertify(crate: CrateName, delta: Delta, generation: number): CertifyState {
  const sheet = useSheet(crate, delta)
  const planned = useFormPlan(crate, delta, sheet, generation)
  const dropDraft = useSavedDraft(crate, delta, sheet)
  const rebuildNotes = useRebuiltNotes(crate, delta, sheet, planned.plan)
  const { form, edit, draft, review } = sheet
  return { form: form ?? untouched, edit, draft, review, ...planned, dropDraft, rebuildNotes }
}

type Sheet = ReturnType<typeof useSheet>

/** The form, as its draft has it or else as the review makes it; null until both were asked. */
function useSheet(crate: CrateName, delta: Delta) {
  const client = useClient()
  const [form, setForm] = useState<CertifyForm | null>(null)
  const [draft, setDraft] = useState<CertifyState['draft']>('none')
  const [review, setReview] = useState<CertifyState['review']>(null)
  const [isEdited, setEdited] = useState(false)
  useEffect(() => {
    let isCurrent = true
    const asked = [
      client.call('certify.loadDraft', { crate, delta }),
      client.call('review.auditNotes', { crate, delta }),
    ] as const
    void Promise.all(asked).then(([answer, made]) => {
      if (!isCurrent) return
      const saved = answer.ok ? answer.value : null
      if (saved !== null) setDraft('restored')
      if (made.ok) setReview(made.value)
      setForm(
        saved === null
          ? { ...untouched, notes: made.ok ? made.value.text : '' }
          : { criteria: saved.criteria.length > 0 ? saved.criteria : null, who: saved.who || null, notes: saved.notes },
      )
    })
    return () => {
      isCurrent = false
    }
  }, [client, crate, delta])
  const edit = useCallback((change: Partial<CertifyForm>) => {
    setEdited(true)
    setDraft('saving')
    setForm(before => ({ ...(before ?? untouched), ...change }))
  }, [])
  return { form, isEdited, edit, draft, setDraft, review, setReview }
}

/** Asked for anew with each change of the form, of who has signed, and of the queue. */
function useFormPlan(crate: CrateName, delta: Delta, { form, isEdited }: Sheet, generation: number) {
  const client = useClient()
  const [plan, setPlan] = useState<CertifyPlan | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [planned, setPlanned] = useState<{ readonly form: object; readonly signedBy: string } | null>(null)
  const [round, setRound] = useState(0)
  const { who: signers } = useSigners(crate, delta, plan?.request.criteria ?? null)
  const signedBy = signers.join('\n')
  useEffect(() => {
    if (form === null) return
    let isCurrent = true
    const isNothing = form.criteria?.length === 0
    const timer = setTimeout(
      async () => {
        // An empty list would mean "the engine's choice"; no criteria at all is the user's own failure.
        const answer = isNothing
          ? ({ ok: false, error: { code: 'criteria-none-chosen' } } as const)
          : await client.call(
              'certify.plan',
              requestOf(crate, delta, form, signedBy === '' ? [] : signedBy.split('\n')),
            )
        if (!isCurrent) return
        if (answer.ok) setPlan(answer.value)
        setFailure(answer.ok || answer.error.code === 'cancelled' ? null : answer.error)
        setPlanned({ form, signedBy })
      },
      isEdited ? PLAN_PAUSE_MS : 0,
    )
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, crate, delta, form, isEdited, generation, round, signedBy])
  const isPlanning = form === null || planned?.form !== form || planned.signedBy !== signedBy
  return { plan, failure, isPlanning, replan: () => setRound(n => n + 1) }
}

/** Saves what was edited. Answers what forgets an edit that is not saved yet. */
function useSavedDraft(crate: CrateName, delta: Delta, { form, isEdited, setDraft }: Sheet): () => void {
  const client = useClient()
  const save = async ({ criteria, who, notes }: CertifyForm) => {
    const kept = { criteria: [...(criteria ?? [])], who: who ?? '', notes }
    const answer = await client.call('certify.saveDraft', { crate, delta, ...kept })
    setDraft(answer.ok ? 'saved' : 'none')
  }
  return useAutosave(isEdited ? form : null, of => void save(of))
}

/** Keeps what the review could say up to date with the criteria planned. Answers what puts it into the notes. */
function useRebuiltNotes(crate: CrateName, delta: Delta, sheet: Sheet, plan: CertifyPlan | null): () => void {
  const client = useClient()
  const { form, edit, setReview } = sheet
  // The checklists asked for are those of the criteria chosen.
  const chosen = plan?.request.criteria.join(' ') ?? ''
  const ask = useCallback(async () => {
    const criteria = chosen === '' ? [] : chosen.split(' ').map(name => brand<'CriteriaName'>(name))
    const made = await client.call('review.auditNotes', { crate, delta, criteria })
    return made.ok ? made.value : null
  }, [client, crate, delta, chosen])
  useEffect(() => {
    if (chosen === '') return
    let isCurrent = true
    void ask().then(made => isCurrent && made !== null && setReview(made))
    return () => {
      isCurrent = false
    }
  }, [ask, chosen, setReview])
  const rebuild = async () => {
    const made = await ask()
    if (made === null) return
    setReview(made)
    const notesNow = form?.notes ?? ''
    const kept = [REASON, TIME, EVIDENCE].map(which => [which, lineIn(notesNow, which)] as const)
    edit({
      notes: kept.reduce((notes, [which, text]) => (text === null ? notes : withLine(notes, which, text)), made.text),
    })
  }
  return () => void rebuild()
}
