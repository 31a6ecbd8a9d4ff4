/**
 * The list of other places for repositories, in the order in which they are tried, and the fields to add or change one.
 * A rule that could not be applied cannot be written down.
 */
import { useId, useRef, useState, type FormEvent } from 'react'
import {
  formatInForce,
  inForce,
  parseInsteadOf,
  ruleHint,
  ruleProblem,
  withoutRule,
  withRule,
  type RedirectRule,
} from '../../shared/redirects.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { changeSettings } from '../state/actions.ts'
import { showToast, useAppStore, useSettings } from '../state/app-store.ts'

const EMPTY: RedirectRule = { from: '', to: '' }

export function RedirectList({ isFirst }: { readonly isFirst: boolean }) {
  const redirects = useRedirects()
  const { error } = redirects
  return (
    <section className="st-section t12" aria-label="Repository redirects">
      <h2 className="sh">Repository redirects</h2>
      <p className="sub">
        A repository whose address starts like one of these is asked for at the other place, for example at a mirror of
        your company. The longest start counts. Those of ASSAY_GIT_INSTEAD_OF are not listed here; they come before one
        for the same start.
      </p>
      {error !== null && (
        <p className="err row" role="alert">
          <Icon name="bad" /> What is stored cannot be used and will be replaced: {error}.
        </p>
      )}
      <RuleForm redirects={redirects} isFirst={isFirst} />
      <Rules redirects={redirects} />
    </section>
  )
}

/** The rules as they are at the moment: Undo is pressed after other changes, too. */
function storedRules(): readonly RedirectRule[] {
  const parsed = parseInsteadOf(useAppStore.getState().app?.settings.gitInsteadOf ?? '')
  return parsed.ok ? inForce(parsed.value) : []
}

/** The rules that are stored, and the one that is typed. */
function useRedirects() {
  const client = useClient()
  const parsed = parseInsteadOf(useSettings().gitInsteadOf ?? '')
  const rules = parsed.ok ? inForce(parsed.value) : []
  const [draft, setDraft] = useState<RedirectRule>(EMPTY)
  /** The rule that is being changed; null: a new one. */
  const [changed, setChanged] = useState<RedirectRule | null>(null)
  const [isTried, setTried] = useState(false)
  const from = useRef<HTMLInputElement>(null)
  const to = useRef<HTMLInputElement>(null)

  const others = withoutRule(rules, changed)
  const typed = { from: draft.from.trim(), to: draft.to.trim() }
  const problem = ruleProblem(typed, others)
  const shown = isTried ? problem : null
  const hint = problem === null ? ruleHint(typed) : null

  const saving = useRef<Promise<boolean>>(Promise.resolve(true))
  /** One change after the other, each of what is stored by then: two keys may come before the first is answered. */
  const save = (change: (now: readonly RedirectRule[]) => readonly RedirectRule[]): Promise<boolean> =>
    (saving.current = saving.current.then(() =>
      changeSettings(client, { gitInsteadOf: formatInForce(change(storedRules())) }),
    ))
  const start = (rule: RedirectRule | null) => {
    setChanged(rule)
    setDraft(rule ?? EMPTY)
    setTried(false)
    from.current?.focus()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem !== null) {
      setTried(true)
      return (problem.field === 'from' ? from : to).current?.focus()
    }
    void saveTyped()
  }
  const saveTyped = async () => {
    const isSaved = await save(now => withRule(withoutRule(now, changed), typed))
    // What could not be stored stays to be tried again.
    if (isSaved) start(null)
  }
  const remove = async (rule: RedirectRule) => {
    const removing = save(now => withoutRule(now, rule))
    // The button goes with its row; what is typed for another one stays.
    if (changed?.from === rule.from) start(null)
    else from.current?.focus()
    if (!(await removing)) return
    const undo = { label: 'Undo', run: () => void save(now => withRule(now, rule)) }
    showToast({ tone: 'ok', text: 'Redirect removed', detail: rule.from, action: undo })
  }
  const error = parsed.ok ? null : parsed.error
  return { error, rules, draft, setDraft, changed, fields: { from, to }, shown, hint, start, submit, remove }
}

interface PartProps {
  readonly redirects: ReturnType<typeof useRedirects>
}

function RuleForm({ redirects, isFirst }: PartProps & { readonly isFirst: boolean }) {
  const { changed, shown, hint, start } = redirects
  const problemId = useId()
  const part = { redirects, problemId }
  return (
    <form className="st-form" onSubmit={redirects.submit} noValidate>
      <Field
        {...part}
        name="from"
        label={changed === null ? 'An address that starts with' : 'Change: an address that starts with'}
        placeholder="https://github.com/"
        isFirst={isFirst}
      />
      <Field {...part} name="to" label="is asked for at" placeholder="https://git.example.org/mirrors/" />
      <p id={problemId} className={shown === null ? 'sub' : 'err'} role="status">
        {shown?.text ?? hint ?? ''}
      </p>
      <span className="row">
        <button className="btn p" type="submit">
          {changed === null ? 'Add' : 'Save'}
        </button>
        {changed !== null && (
          <button className="btn" type="button" onClick={() => start(null)}>
            Leave as it was
          </button>
        )}
      </span>
    </form>
  )
}

interface FieldProps extends PartProps {
  readonly name: 'from' | 'to'
  readonly label: string
  readonly placeholder: string
  /** Of the element that says what is wrong. */
  readonly problemId: string
  readonly isFirst?: boolean
}

function Field({ redirects, name, label, placeholder, problemId, isFirst }: FieldProps) {
  const { draft, setDraft, fields, shown } = redirects
  const id = useId()
  return (
    <label className="col" htmlFor={id}>
      {label}
      <input
        id={id}
        ref={fields[name]}
        className="inp mono"
        spellCheck={false}
        placeholder={placeholder}
        data-autofocus={isFirst === true ? true : undefined}
        aria-invalid={shown?.field === name}
        aria-describedby={problemId}
        value={draft[name]}
        onChange={event => setDraft({ ...draft, [name]: event.target.value })}
      />
    </label>
  )
}

function Rules({ redirects }: PartProps) {
  const { rules, changed, start, remove } = redirects
  if (rules.length === 0) return <p className="dim">None. Repositories are asked where crates say they are.</p>
  return (
    <ol className="st-rules" aria-label="Redirects in the order they are tried">
      {rules.map(rule => (
        <li key={rule.from} aria-current={rule.from === changed?.from ? true : undefined}>
          <span className="grow">
            <code className="m11">{rule.from}</code>
            <span className="m11 sub st-to">
              <Icon name="right" className="sm" />
              <span className="sr">to </span>
              {rule.to}
            </span>
          </span>
          <button className="btn s" onClick={() => start(rule)}>
            Change<span className="sr"> {rule.from}</span>
          </button>
          <button className="btn s" onClick={() => void remove(rule)}>
            Remove<span className="sr"> {rule.from}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}
