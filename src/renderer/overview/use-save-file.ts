/** Keeps a file made by the page in a folder the user chooses: by the system's dialog, else in the page's own. */
import { useCallback } from 'react'
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import { useConnection } from '../client.ts'
import { toastDone, toastFailure } from '../state/actions.ts'
import { setOverlay } from '../state/app-store.ts'

export interface PendingFile {
  readonly name: string
  readonly base64: string
}

/** The file that waits for a folder while the folder dialog is open. */
export const usePendingFile = create<{ readonly file: PendingFile | null }>(() => ({ file: null }))

/** Writes it; null when it is there, else why not. */
export async function saveInto(client: EngineClient, folder: AbsolutePath, file: PendingFile): Promise<Failure | null> {
  const answer = await client.call('overview.chart', { folder, ...file })
  if (!answer.ok) return answer.error
  const { path, files } = answer.value
  usePendingFile.setState({ file: null })
  toastDone({ text: `Wrote ${files[0] ?? file.name}`, detail: path, copy: { text: path, what: 'path' } })
  return null
}

export function useSaveFile(): (name: string, base64: string) => void {
  const { client, door } = useConnection()
  return useCallback(
    (name, base64) => {
      const file = { name, base64 }
      const ask = () => {
        usePendingFile.setState({ file })
        setOverlay('overview-save')
      }
      if (door === 'browser') return ask()
      void client.call('shell.pickFolder', null).then(async picked => {
        if (!picked.ok) return ask()
        if (picked.value === null) return
        const failure = await saveInto(client, picked.value, file)
        if (failure !== null) toastFailure(failure)
      })
    },
    [client, door],
  )
}
