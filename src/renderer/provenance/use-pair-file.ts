/** The file on screen of a pair: repository side left, crate side right. */
import { useCallback } from 'react'
import { brand } from '../../shared/domain.ts'
import { useClient } from '../client.ts'
import { useComparedFile, type ComparedFileState } from '../review/use-compared-file.ts'

/** Loads `path` of the version; null: nothing is asked. */
export function usePairFile(crate: string, version: string, path: string | null): ComparedFileState {
  const client = useClient()
  const load = useCallback(
    (file: string, page: number) =>
      client.call('provenance.file', { crate: brand<'CrateName'>(crate), version, path: file, page }),
    [client, crate, version],
  )
  return useComparedFile(load, path)
}
