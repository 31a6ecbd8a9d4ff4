/** The bottom of the sheets that write: why it cannot be written, the trial's result, and the buttons. */
import type { ReactNode } from 'react'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import type { CertifyPlan } from '../../shared/wire.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { count } from '../parts/words.ts'

/** Of one audit, of several, or of a draft. */
export type ShownPlan = Pick<CertifyPlan, 'files' | 'effects' | 'trial' | 'canCommit' | 'commitMessage'>

function Trial({ plan, isPlanning }: { readonly plan: ShownPlan | null; readonly isPlanning: boolean }) {
  if (isPlanning)
    return (
      <span className="row sub t12">
        <Icon name="sync" />
        Checking a trial copy
      </span>
    )
  if (plan === null) return null
  if (plan.trial.state === 'passed') {
    const { remaining } = plan.trial
    return (
      <span className="row sub t12">
        <Icon name="ok" className="ok" />
        <span>
          A trial copy passes our own <span className="mono">check --locked</span>
          {remaining > 0
            ? `; ${count(remaining, 'package still needs', 'packages still need')} audit`
            : '; nothing else needs audit'}
        </span>
      </span>
    )
  }
  return (
    <span className="row t12 err">
      <Icon name="bad" />
      <span>The trial copy fails: {describeFailure(plan.trial.failure).title}</span>
    </span>
  )
}

/** Why the plan cannot be written; `children`, false when there is nothing to say: what to do before it is. */
export function Blocks(props: {
  readonly blocks: readonly string[]
  readonly failure: Failure | null
  readonly children?: ReactNode
}) {
  const { blocks, failure, children = false } = props
  if (blocks.length === 0 && failure === null && children === false) return null
  return (
    <div className="blocks">
      {failure !== null && <FailureNotice failure={failure} />}
      {children}
      {blocks.map(block => (
        <div className="notice e" role="status" key={block}>
          <Icon name="ban" />
          <div>
            <b className="med">Cannot be written:</b> {block}
          </div>
        </div>
      ))}
    </div>
  )
}

/** The bar below every sheet that writes. */
export function Actions(props: {
  readonly plan: ShownPlan | null
  readonly isPlanning: boolean
  readonly isWriting: boolean
  readonly canWrite: boolean
  readonly backLabel: string
  /** It can be signed for the team instead; `isMain`: it cannot be written now. */
  readonly signing?: { readonly isMain: boolean } | undefined
}) {
  const { plan, canWrite } = props
  const canCommit = plan?.canCommit ?? false
  return (
    <footer className="acts">
      <Trial plan={plan} isPlanning={props.isPlanning} />
      <span className="right row" style={{ gap: 6 }}>
        <button className="btn q" onClick={() => runCommand('certify.back')}>
          {props.backLabel} <Keys of="certify.back" />
        </button>
        {props.signing !== undefined && (
          <button className={props.signing.isMain ? 'btn p' : 'btn'} onClick={() => runCommand('certify.signOff')}>
            <Icon name="seal" />
            Sign and hand over to …
          </button>
        )}
        <button
          className={canCommit || props.signing?.isMain === true ? 'btn' : 'btn p'}
          disabled={!canWrite}
          onClick={() => runCommand('certify.write')}
        >
          <Icon name="file" />
          {props.isWriting ? 'Writing' : 'Write files'} <Keys of="certify.write" />
        </button>
        {canCommit && (
          <button
            className="btn p"
            disabled={!canWrite}
            title={plan?.commitMessage}
            onClick={() => runCommand('certify.commit')}
          >
            <Icon name="commit" />
            Write and commit <Keys of="certify.commit" />
          </button>
        )}
      </span>
    </footer>
  )
}

/** What a write has to be equal to, as the plan on screen says. */
export function planSums({ files }: Pick<CertifyPlan, 'files'>) {
  const sha = (name: string, key: 'baseSha256' | 'newSha256') => files.find(f => f.file === name)?.[key] ?? ''
  const three = (key: 'baseSha256' | 'newSha256') => ({
    audits: sha('audits.toml', key),
    config: sha('config.toml', key),
    imports: sha('imports.lock', key),
  })
  return { base: three('baseSha256'), planned: three('newSha256') }
}
