/** Short messages at the lower right. They leave after eight seconds unless pointed at, or reporting a failure. */
import { useEffect } from 'react'
import { Icon, type IconName } from '../parts/icon.tsx'
import { sentence } from '../parts/words.ts'
import { dismissToast, useAppStore, type Toast, type View } from '../state/app-store.ts'

const SHOWN_MS = 8_000
/** Views with a bar of actions at the bottom. */
const SHEETS: ReadonlySet<View['kind']> = new Set(['certify', 'batch', 'whatif-apply'])
const icons: Readonly<Record<Toast['tone'], IconName>> = { ok: 'ok', warn: 'warn', err: 'bad', info: 'info' }

function ToastBox({ toast }: { readonly toast: Toast }) {
  const { id, tone } = toast
  const stays = tone === 'err' || toast.action !== null
  useEffect(() => {
    if (tone === 'err') return
    const timer = setTimeout(() => dismissToast(id), stays ? SHOWN_MS * 2 : SHOWN_MS)
    return () => clearTimeout(timer)
  }, [id, tone, stays])
  const act = () => {
    dismissToast(id)
    toast.action?.run()
  }
  return (
    <div className="toast" role={tone === 'err' ? 'alert' : 'status'}>
      <Icon name={icons[tone]} className={tone === 'info' ? 'acc' : tone} />
      <div className="grow">
        <div className="med pre">{sentence(toast.text)}</div>
        {toast.detail !== null && <div className="sub pre t11">{toast.detail}</div>}
      </div>
      {toast.action !== null && (
        <button className="btn s" onClick={act}>
          {toast.action.label}
        </button>
      )}
      <button className="btn s q icon" aria-label="Dismiss" onClick={() => dismissToast(id)}>
        <Icon name="close" className="sm" />
      </button>
    </div>
  )
}

export function Toasts() {
  const toasts = useAppStore(s => s.toasts)
  const isOverSheet = useAppStore(s => SHEETS.has(s.view.kind))
  return (
    <div className={isOverSheet ? 'toasts raised' : 'toasts'}>
      {toasts.map(toast => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </div>
  )
}
