/** Asks before taking over what somebody else is reading. */
import type { PackageKey } from '../../shared/domain.ts'
import { useClient } from '../client.ts'
import { setOverlay } from '../state/app-store.ts'
import { act, forItems, itemsText } from './act.ts'
import { leftText } from './dates.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { whoText } from './people.ts'
import { useMe, useTeam } from './state.ts'
import { claim, claimEnd } from './use-team-commands.ts'
import { isHeld } from './views.ts'

export function TakeOverDialog({
  keys,
  held,
}: {
  readonly keys: readonly PackageKey[]
  readonly held: readonly PackageKey[]
}) {
  const client = useClient()
  const me = useMe()
  const items = useTeam(s => s.items)
  const now = Date.now()
  const others = held.flatMap(key => {
    const item = items.get(key) ?? null
    return item !== null && item.claim !== null && isHeld(item) ? [{ key, claim: item.claim }] : []
  })
  const isHeldKey = new Set(held)
  const free = keys.filter(key => !isHeldKey.has(key))
  const takeAll = async () => {
    setOverlay(null)
    const until = claimEnd(Date.now())
    await act(
      client,
      [
        ...(free.length === 0 ? [] : forItems(free, of => ({ kind: 'claim', items: of, until, takeOver: false }))),
        ...forItems(held, of => ({ kind: 'claim', items: of, until, takeOver: true })),
      ],
      `Took over ${itemsText(held)}`,
    )
  }
  return (
    <DialogFrame title="Held by somebody else" about={itemsText(keys)}>
      <ul className="held">
        {others.slice(0, 6).map(({ key, claim: by }) => (
          <li key={key}>
            {key.replace('@', ' ')}: {whoText(by.by, me)}, {leftText(by.until, now)}
          </li>
        ))}
        {others.length > 6 && <li className="dim">and {others.length - 6} more</li>}
      </ul>
      <p className="sub">Who is taken over from sees it with the next sync. Both may have read the same by then.</p>
      <div className="row" style={{ gap: 6 }}>
        {free.length > 0 && (
          <button
            className="btn p"
            data-autofocus
            onClick={() => {
              setOverlay(null)
              void claim(client, free, false)
            }}
          >
            Claim the {free.length} free
          </button>
        )}
        <button className="btn" onClick={() => void takeAll()}>
          Take over
        </button>
        <button
          className="btn q"
          data-autofocus={free.length === 0 ? true : undefined}
          onClick={() => setOverlay(null)}
        >
          Leave it
        </button>
      </div>
    </DialogFrame>
  )
}
