/** The words of a commit object: who and what, as text. Pure; the bytes come from a hostile repository. */

export interface CommitWords {
  readonly author: string
  /** Milliseconds since the epoch; null when the header has none. */
  readonly authoredAtMs: number | null
  readonly title: string
  readonly body: string
}

const MAX_NAME = 200
const MAX_TITLE = 300
const MAX_BODY = 4_000

/** Never fails: what is missing is empty. Bytes that are no UTF-8 become replacement characters. */
export function commitWords(bytes: Uint8Array): CommitWords {
  const text = new TextDecoder('utf-8').decode(bytes)
  const end = text.indexOf('\n\n')
  const [headers, message] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 2)]
  const author = /^author (.*)$/m.exec(headers)?.[1] ?? ''
  const parts = /^(.*?) ?<([^>]*)> (-?\d{1,12})(?: [+-]\d{4})?$/.exec(author)
  const [first = '', ...rest] = message.replace(/^\n+/, '').split('\n')
  const cut = (of: string, max: number) => (of.length > max ? `${of.slice(0, max)}…` : of)
  return {
    author: cut(parts?.[1] || parts?.[2] || author, MAX_NAME),
    authoredAtMs: parts?.[3] === undefined ? null : Number(parts[3]) * 1000,
    title: cut(first, MAX_TITLE),
    body: cut(rest.join('\n').trim(), MAX_BODY),
  }
}
