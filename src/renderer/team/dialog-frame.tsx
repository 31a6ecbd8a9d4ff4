/** The frame of what is asked of the user: a title, what it is about, and the fields. */
import type { ReactNode } from 'react'
import { EscButton, Overlay } from '../shell/overlay.tsx'

export function DialogFrame(props: { readonly title: string; readonly about: string; readonly children: ReactNode }) {
  return (
    <Overlay label={props.title} className="palette">
      <div className="oh">
        <b className="nw">{props.title}</b>
        <span className="t11 dim ell">{props.about}</span>
        <EscButton />
      </div>
      <div className="dialog t12">{props.children}</div>
    </Overlay>
  )
}
