/**
 * Who reads, as git says. Asking git takes longer than opening a review may, so the last answer counts at once and git is
 * asked again behind it; whoever opened something under the former name is told.
 */
const ASK_AGAIN_MS = 1_000

export interface Identity {
  /** Null when git does not say. Waits for git only the first time. */
  now(): Promise<string | null>
  /** Asks git at once, for when the name was just set. */
  refresh(): Promise<void>
  close(): void
}

export function createIdentity(ask: () => Promise<string | null>, onChange: (who: string | null) => void): Identity {
  let known: string | null | undefined
  let asking: Promise<string | null> | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  const askNow = () => {
    asking ??= ask()
      .then(who => {
        const hasChanged = known !== undefined && known !== who
        known = who
        if (hasChanged) onChange(who)
        return who
      })
      .finally(() => (asking = null))
    return asking
  }
  return {
    async now() {
      if (known === undefined) return askNow()
      timer ??= setTimeout(() => {
        timer = null
        askNow().catch(() => undefined) // the last answer stays
      }, ASK_AGAIN_MS).unref()
      return known
    },
    async refresh() {
      await asking?.catch(() => undefined)
      await askNow()
    },
    close() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}
