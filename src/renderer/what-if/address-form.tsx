/** A peer that is not in the list of known ones: its name here and the address of its audits. */
import { useState, type SyntheticEvent } from 'react'
import { useClient } from '../client.ts'
import { fetchMore, setDraft, useWhatIf } from './state.ts'

/** As the engine takes it; anything else is told at the field. */
function problemWith(name: string, url: string): string | null {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) return 'A name has letters, digits, - and _.'
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    return 'The address starts with https:// and names an audits.toml.'
  return null
}

export function AddressForm({ onLeave }: { readonly onLeave: () => void }) {
  const client = useClient()
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const close = () => {
    useWhatIf.setState({ isAddressOpen: false })
    onLeave()
  }
  const add = (event: SyntheticEvent) => {
    event.preventDefault()
    const wrong = problemWith(name.trim(), url.trim())
    setProblem(wrong)
    if (wrong !== null) return
    const { draft } = useWhatIf.getState()
    setDraft(client, [...draft, { kind: 'import', name: name.trim(), urls: [url.trim()] }])
    close()
    void fetchMore(client, 'peers')
  }
  return (
    <form
      className="wi-address"
      aria-label="Import from an address"
      onSubmit={add}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <label className="sr" htmlFor="wi-name">
        Name of the peer
      </label>
      <input
        id="wi-name"
        className="inp"
        autoFocus
        placeholder="Name, for example example-org"
        value={name}
        onChange={e => setName(e.target.value)}
      />
      <label className="sr" htmlFor="wi-url">
        Address of its audits
      </label>
      <input
        id="wi-url"
        className="inp grow"
        placeholder="https://…/audits.toml"
        value={url}
        onChange={e => setUrl(e.target.value)}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : 'wi-problem'}
      />
      <button className="btn" type="submit">
        Fetch and include
      </button>
      <button className="btn q" type="button" onClick={close}>
        Cancel
      </button>
      {problem !== null && (
        <p id="wi-problem" className="t12 err" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
