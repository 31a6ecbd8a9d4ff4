/** Catches a bug of the page: says that it is ours, what is untouched, and offers to draw the page anew. */
import { Component, type ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
}
interface State {
  readonly error: Error | null
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <div className="center" role="alert">
        <b className="t15">This page has a bug</b>
        <p>
          The engine still runs. No file was changed by it, and drafts and read marks are saved. Please report the text
          below.
        </p>
        <pre className="m11 sub pre" style={{ maxWidth: 720, maxHeight: 240, overflow: 'auto', textAlign: 'left' }}>
          {error.stack ?? error.message}
        </pre>
        <button className="btn p" onClick={() => this.setState({ error: null })}>
          Draw the page again
        </button>
      </div>
    )
  }
}
