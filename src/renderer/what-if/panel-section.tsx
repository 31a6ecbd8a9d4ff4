/** One part of the panel, with its name. */
import type { ReactNode } from 'react'

export function Section(props: { readonly title: string; readonly right?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="sec" aria-label={props.title}>
      <h2 className="sh">
        {props.title}
        {props.right !== undefined && <span className="right row t11 wi-plain">{props.right}</span>}
      </h2>
      {props.children}
    </section>
  )
}
