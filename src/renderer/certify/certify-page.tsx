/** Placeholder until the page lands. */
import type { OpenReview } from '../state/app-store.ts'

export function CertifyPage(_: { readonly tab: OpenReview; readonly onBack: () => void }) {
  return null
}
