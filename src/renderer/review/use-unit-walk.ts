/**
 * Walking the units of a review: which one is current, the keys that move between open ones and answer them. An answer
 * moves on to the next open unit; a concern first asks for its note.
 */
import { useMemo, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Unit, UnitVerdict } from '../../shared/review-units.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { useStable } from '../parts/use-stable.ts'
import { isOpen, nextOpenUnit } from './unit-words.ts'
import type { UnitsTabProps } from './units-tab.tsx'
import { useUnits } from './use-units.ts'

export interface UnitWalk {
  readonly tab: UnitsTabProps
  readonly open: number | null
  readonly byPath: ReadonlyMap<string, readonly Unit[]>
  ofFile(path: string): { readonly here: number; readonly removed: number } | null
}

const NONE: ReadonlyMap<string, readonly Unit[]> = new Map()

export function useUnitWalk(
  client: EngineClient,
  review: string,
  page: { readonly say: (text: string) => void; readonly onShow: (unit: Unit) => void },
): UnitWalk {
  const units = useUnits(client, review)
  const [current, setCurrent] = useState<string | null>(null)
  const [isNoting, setNoting] = useState(false)
  const { list } = units
  const byPath = useMemo(() => {
    if (list === null) return NONE
    const map = new Map<string, Unit[]>()
    for (const unit of list.units) {
      const here = map.get(unit.path)
      if (here === undefined) map.set(unit.path, [unit])
      else here.push(unit)
    }
    return map
  }, [list])
  // A crate may have thousands of units, and the page is drawn with every mark.
  const open = useMemo(() => (list === null ? null : list.units.filter(isOpen).length), [list])
  const unit = useMemo(() => list?.units.find(other => other.id === current) ?? null, [list, current])

  const go = (to: Unit) => {
    setCurrent(to.id)
    setNoting(false)
    page.onShow(to)
  }
  const step = (by: 1 | -1) => {
    if (list === null) return page.say('The files are still being looked through')
    const next = nextOpenUnit(list.units, current, by)
    if (next !== null) go(next)
    else page.say(unit !== null && isOpen(unit) ? 'No other open unit' : 'No unit is open')
  }
  const say = async (of: Unit, verdict: UnitVerdict | null, note: string) => {
    const saving = units.answer([of], verdict, note)
    const next = verdict === null || list === null ? null : nextOpenUnit(list.units, of.id, 1)
    if (next !== null) go(next)
    await saving
  }
  const answer = (of: Unit, verdict: UnitVerdict | null) => {
    if (verdict === 'concern') {
      setCurrent(of.id)
      setNoting(true)
    } else void say(of, verdict, '')
  }
  const onKey = (verdict: UnitVerdict) =>
    unit === null ? undefined : () => answer(unit, unit.answer?.verdict === verdict ? null : verdict)
  useCommandHandlers({
    'review.nextUnit': () => step(1),
    'review.prevUnit': () => step(-1),
    'review.unitOk': onKey('fine'),
    'review.unitConcern': onKey('concern'),
    'review.unitNa': onKey('not-applicable'),
  })
  const onCurrent = useStable(go)
  const onAnswer = useStable(answer)
  const onNote = useStable((of: Unit, note: string | null) => {
    if (note === null) return setNoting(false)
    // The field stays until what was written in it is kept.
    void units.answer([of], 'concern', note).then(isSaved => {
      if (!isSaved) return
      setNoting(false)
      const next = list === null ? null : nextOpenUnit(list.units, of.id, 1)
      if (next !== null) go(next)
    })
  })
  return {
    tab: { units, current, isNoting, onCurrent, onAnswer, onNote },
    open,
    byPath,
    ofFile(path) {
      if (list === null) return null
      return { here: byPath.get(path)?.length ?? 0, removed: list.files.find(file => file.path === path)?.removed ?? 0 }
    },
  }
}
