/** The certify sheet's sign-offs: who signed this very change for these criteria, and signing without writing the store. */
import { useState } from 'react'
import { brand, packageKey, type CrateName, type Delta } from '../../shared/domain.ts'
import type { TeamAction } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { changeText, listText } from '../parts/words.ts'
import { replaceView, setOverlay } from '../state/app-store.ts'
import { act } from './act.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { Byline } from './note.tsx'
import { PeoplePicker } from './people-picker.tsx'
import { isMe, turnText, whoText } from './people.ts'
import { useSigners } from './signers.ts'
import { useMe, useTeam } from './state.ts'

export interface SignOffRequest {
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly string[]
  readonly notes: string
  /** sha256 of the evidence that belongs to it; null without. */
  readonly evidence: string | null
}

export function SignOffPanel(props: {
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly string[]
}) {
  const me = useMe()
  const hasTeam = useTeam(s => s.team !== null)
  const { item, signOffs } = useSigners(props.crate, props.delta, props.criteria)
  if (!hasTeam) return null
  const others = (item?.signOffs ?? []).filter(signed => !signOffs.includes(signed))
  const isSignedByMe = signOffs.some(({ by }) => isMe(by, me))
  const turn = item === null ? null : turnText(item.turn, me)
  return (
    <div className="sign-panel">
      <h2 className="bh">Sign-offs of the team</h2>
      {signOffs.length === 0 ? (
        <p className="t12 sub">Nobody has signed this change for {listText(props.criteria)} yet.</p>
      ) : (
        <ul className="signs" aria-label="Sign-offs for these criteria">
          {signOffs.map(signed => (
            <li key={signed.id}>
              <Icon name="seal" className="sm acc" />
              <div className="grow">
                <Byline by={signed.by} at={signed.at} signature={signed.signature} me={me} />
                {signed.notes !== '' && <p className="t11 sub pre">{signed.notes}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <p className="t11 dim">
          Signed otherwise, so not part of this audit:{' '}
          {others
            .map(
              ({ by, delta, criteria }) =>
                `${whoText(by, me)} ${delta.from ?? '(full)'} → ${delta.to} for ${listText(criteria)}`,
            )
            .join('; ')}
        </p>
      )}
      {signOffs.length > 0 && (
        <p className="t11 sub">
          {isSignedByMe ? 'You have signed.' : 'Certifying names you beside them in the audit.'}
          {turn !== null && ` ${turn}.`}
        </p>
      )}
    </div>
  )
}

/** Signs and gives the next turn to somebody: three events that are undone as one. */
export function SignOffDialog({ request }: { readonly request: SignOffRequest }) {
  const client = useClient()
  const me = useMe()
  const [isBusy, setBusy] = useState(false)
  const { crate, delta, criteria, notes, evidence } = request
  const about = `${crate} ${changeText(delta)}`
  const sign = async (to: string | null) => {
    if (isBusy) return
    setBusy(true)
    const items = [packageKey(crate, delta.to)]
    const actions: TeamAction[] = [
      { kind: 'signOff', crate, delta, criteria: [...criteria], notes, evidence },
      { kind: 'state', items, state: 'second-sign-off', reason: '' },
      ...(to === null ? [] : [{ kind: 'handOver' as const, items, to, note: '' }]),
    ]
    const events = await act(
      client,
      actions,
      to === null ? `Signed ${about}` : `Signed ${about} and handed it over to ${whoText(to, me)}`,
    )
    setBusy(false)
    if (events === null) return
    setOverlay(null)
    replaceView({ kind: 'queue' })
  }
  return (
    <DialogFrame title="Sign and hand over" about={about}>
      <p>
        You say that you have audited it for <b className="med">{listText(criteria)}</b>. cargo-vet’s files are not
        written; whoever certifies names you in the audit.
      </p>
      <PeoplePicker
        label="Hand over to"
        hasNobody
        nobodyText="Anyone who may"
        except={me}
        onChoose={to => void sign(to)}
      />
    </DialogFrame>
  )
}

/** Writes down that an item is done, when the team has something to do with it. Answers the events to take back. */
export async function markDone(
  client: ReturnType<typeof useClient>,
  packages: readonly { readonly crate: string; readonly version: string }[],
): Promise<readonly string[]> {
  const { team, items } = useTeam.getState()
  if (team === null || team.me === null) return []
  const isJoined = team.sync.where.state === 'joined'
  const keys = new Set(packages.map(({ crate, version }) => packageKey(crate, version)))
  const teams = [...keys].filter(key => items.has(key) || isJoined)
  if (teams.length === 0) return []
  const answer = await client.call('team.act', {
    actions: [{ kind: 'state', items: teams.map(key => brand<'PackageKey'>(key)), state: 'done', reason: '' }],
  })
  return answer.ok ? answer.value.events : []
}
