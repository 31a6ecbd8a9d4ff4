/** Every exemption, oldest first, with what the team keeps of it; beside it, what would let them go. */
import { useEffect, useMemo, useRef, type RefObject } from 'react'
import type { ExemptionRow, Help } from '../../shared/overview.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { age, count, number, personName } from '../parts/words.ts'
import { ageText, ageTitle, helpersText, reviewText } from './exemption-words.ts'
import { editTerms, useOverview } from './state.ts'

const COLUMNS = ['Exemption', 'Criteria', 'Since', 'Owner', 'Review by', 'Reason and removal', 'Would go with', 'Lines']

function Row(props: { readonly row: ExemptionRow; readonly isSelected: boolean; readonly isTeamKnown: boolean }) {
  const { row, isSelected, isTeamKnown } = props
  const { terms } = row
  const review = reviewText(row)
  const would = helpersText(row)
  return (
    <tr
      aria-selected={isSelected}
      data-key={row.key}
      onClick={() => useOverview.setState({ selectedKey: row.key })}
      onDoubleClick={() => editTerms(row.key)}
    >
      <th scope="row">
        <b className="med">{row.crate}</b> <span className="sub">{row.version}</span>
        {row.isNeeded === false && <span className="t11 ok block">not needed, or not all of it: prune drops that</span>}
        {!row.isInGraph && row.isNeeded !== false && <span className="t11 dim block">an audit builds on it</span>}
      </th>
      <td>
        {row.criteria.map(name => (
          <CriteriaChip key={name} name={name} />
        ))}
      </td>
      <td className="num nw" title={ageTitle(row)}>
        {ageText(row)}
      </td>
      <td>{terms !== null ? personName(terms.owner) : isTeamKnown ? <span className="dim">nobody</span> : '?'}</td>
      <td className={row.isOverdue ? 'warn nw' : 'nw'}>
        {row.isOverdue && <Icon name="clock" />} {review ?? <span className="dim">{isTeamKnown ? '–' : '?'}</span>}
      </td>
      <td>
        {terms?.reason}
        {(terms?.removal ?? '') !== '' && <span className="t11 sub block">goes when: {terms?.removal}</span>}
        {row.notes !== null && <span className="t11 dim block ell2">config.toml: {row.notes}</span>}
      </td>
      <td>{would ?? <span className="dim">nothing known</span>}</td>
      <td className="num n">{row.lines === null ? <span className="unk">?</span> : number(row.lines)}</td>
    </tr>
  )
}

function Helpers({ help }: { readonly help: Help | null }) {
  const chosen = useOverview(s => s.helper)
  const now = useNow(60_000)
  if (help === null)
    return (
      <p className="t12 dim" role="status">
        Looking through the audits of known peers…
      </p>
    )
  const line = (helper: Help['helpers'][number]) => {
    const id = `${helper.kind} ${helper.name}`
    return (
      <li key={id}>
        <button
          className="ov-share"
          aria-pressed={chosen === id}
          onClick={() => useOverview.setState({ helper: chosen === id ? null : id, selectedKey: null })}
        >
          <span className="ell">{helper.name}</span>
          <span className="dim t11 nw">{helper.fetchedAt === null ? '' : `copy of ${age(helper.fetchedAt, now)}`}</span>
          <b className="num">{number(helper.removes.length)}</b>
        </button>
      </li>
    )
  }
  const [peers, publishers] = (['peer', 'publisher'] as const).map(kind => help.helpers.filter(h => h.kind === kind))
  return (
    <>
      <h3 className="t12 med">Importing a peer would remove</h3>
      {peers?.length === 0 && <p className="t11 dim">None of the peers at hand would remove one.</p>}
      <ul>{peers?.map(line)}</ul>
      {help.unknownPeers.length > 0 && (
        <p className="t11 unk row">
          <Icon name="unknown" />
          <span>Not known: {help.unknownPeers.map(({ name, reason }) => `${name}, ${reason}`).join('; ')}</span>
        </p>
      )}
      <h3 className="t12 med">Trusting a publisher would remove</h3>
      <p className="t11 dim">Then nobody reads those releases.</p>
      <ul className="ov-pubs">{publishers?.map(line)}</ul>
      {help.unknownPublishers > 0 && (
        <p className="t11 unk row">
          <Icon name="unknown" /> The publisher of {count(help.unknownPublishers, 'exempted version')} is not known
          here.
        </p>
      )}
    </>
  )
}

export function ExemptionsView(props: {
  readonly rows: readonly ExemptionRow[]
  readonly total: number
  readonly selected: ExemptionRow | null
  readonly input: RefObject<HTMLInputElement | null>
  readonly list: RefObject<HTMLDivElement | null>
}) {
  const { rows, total, selected, input, list } = props
  const { filterText, helper, help, team, failures } = useOverview()
  const body = useRef<HTMLTableSectionElement>(null)
  const key = selected?.key ?? null
  useEffect(() => {
    body.current?.querySelector(`[aria-selected=true]`)?.scrollIntoView({ block: 'nearest' })
  }, [key])
  const overdue = useMemo(() => rows.filter(row => row.isOverdue).length, [rows])
  return (
    <div className="ov-ex">
      <section className="card ov-card" aria-label="Exemptions">
        <div className="ov-ct">
          <h2 className="med">Exemptions to burn down</h2>
          <span className="t11 dim nw" role="status">
            {rows.length === total
              ? count(total, 'exemption')
              : `${number(rows.length)} of ${count(total, 'exemption')}`}
            {overdue > 0 && `, ${number(overdue)} overdue`}
          </span>
          <span className="inp ov-find right no-print">
            <Icon name="filter" />
            <input
              ref={input}
              aria-label="Find exemptions"
              placeholder="crate, owner, overdue"
              value={filterText}
              onChange={event => useOverview.setState({ filterText: event.target.value })}
              onKeyDown={event => {
                if (event.key === 'Enter' || event.key === 'Escape') list.current?.focus()
              }}
            />
          </span>
          {helper !== null && (
            <button className="btn s no-print" onClick={() => useOverview.setState({ helper: null })}>
              <Icon name="close" className="sm" /> {helper.replace(/^(peer|publisher) /, '')}
            </button>
          )}
        </div>
        {failures.team !== undefined && (
          <p className="t11 unk row">
            <Icon name="unknown" /> Owners and dates of review are not known: the team’s state could not be read.
          </p>
        )}
        <div className="ov-scroll" tabIndex={0} ref={list} role="group" aria-label="Exemptions, oldest first">
          <table className="ov-ext">
            <thead>
              <tr>
                {COLUMNS.map(column => (
                  <th scope="col" key={column}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody ref={body}>
              {rows.map((row, i) => (
                <Row key={`${row.key} ${i}`} row={row} isSelected={row === selected} isTeamKnown={team !== null} />
              ))}
            </tbody>
          </table>
          {rows.length === 0 && (
            <p className="t12 sub ov-none">{total === 0 ? 'There are no exemptions.' : 'None of them matches.'}</p>
          )}
        </div>
      </section>
      <aside className="card ov-card ov-help" aria-label="What would let them go">
        <Helpers help={help} />
      </aside>
    </div>
  )
}
