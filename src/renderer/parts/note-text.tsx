/** The text of a note as elements, wherever notes are shown. */
import './note-text.css'

/** The little Markdown that notes need, as elements: paragraphs, lists, `code`, fenced code. Never HTML of its own. */
export function NoteText({ text }: { readonly text: string }) {
  const blocks = text.trim().split(/\n\s*\n/)
  return (
    <div className="note-text">
      {blocks.map((block, i) =>
        block.startsWith('```') ? (
          <pre key={i}>{block.replace(/^```[^\n]*\n?/, '').replace(/\n?```$/, '')}</pre>
        ) : block.split('\n').every(line => /^[-*] /.test(line)) ? (
          <ul key={i}>
            {block.split('\n').map((line, k) => (
              <li key={k}>{inline(line.slice(2))}</li>
            ))}
          </ul>
        ) : (
          <p key={i}>{inline(block)}</p>
        ),
      )}
    </div>
  )
}

function inline(text: string) {
  return text
    .split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/)
    .map((part, i) =>
      part.startsWith('`') && part.endsWith('`') && part.length > 2 ? (
        <code key={i}>{part.slice(1, -1)}</code>
      ) : part.startsWith('**') && part.endsWith('**') && part.length > 4 ? (
        <strong key={i}>{part.slice(2, -2)}</strong>
      ) : (
        part
      ),
    )
}
