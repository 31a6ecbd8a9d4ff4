/** Placeholder until the page lands. */
export function QueuePage() {
  return null
}
