import { expect, it } from 'vitest'
import type { EngineClient } from '../../shared/contract.ts'
import type { AbsolutePath } from '../../shared/domain.ts'
import { fail } from '../../shared/result.ts'
import type { AppState } from '../../shared/wire.ts'
import { useAppStore } from './app-store.ts'
import { takeApp } from './connect.ts'

const place = { name: 'work', branch: null, isSample: false }
const app = (root: string | null, startedAt: number, restartedBecause: string | null): AppState => ({
  version: '1.0.0',
  platform: 'linux',
  recent: [],
  open:
    root === null ? null : { root: root as AbsolutePath, storePath: `${root}/supply-chain` as AbsolutePath, ...place },
  settings: {
    ...{ theme: 'system', offline: false, diffLayout: 'split', rowDensity: 'two-lines', wrapLines: false },
    singleKeys: true,
  },
  engine: { startedAt, restartedBecause },
})

// The same toast is shown once.
it('asks a new engine for everything, and another time when it was the same that ended it', () => {
  const calls: string[] = []
  const call = (name: string) => {
    calls.push(name)
    return Promise.resolve(fail({ code: 'cancelled' }))
  }
  const client = { call, on: () => () => undefined } as unknown as EngineClient
  const taken = (state: AppState) => {
    calls.length = 0
    takeApp(client, state)
    return { asked: [...calls].sort(), toasts: useAppStore.getState().toasts.length }
  }
  const everything = ['provenance.list', 'queue.get', 'risk.list', 'team.state']
  expect(taken(app(null, 1, null))).toEqual({ asked: [], toasts: 0 })
  expect(taken(app('/work', 1, null))).toEqual({ asked: everything, toasts: 0 })
  expect(taken(app('/work', 1, null))).toEqual({ asked: [], toasts: 0 })
  expect(taken(app('/work', 2, 'it was ended by SIGKILL'))).toEqual({ asked: everything, toasts: 1 })
  expect(taken(app('/work', 2, 'it was ended by SIGKILL'))).toEqual({ asked: [], toasts: 1 })
  expect(taken(app('/work', 3, 'it was ended by SIGKILL'))).toEqual({ asked: everything, toasts: 1 })
  expect(taken(app(null, 4, 'it was ended by SIGKILL')), 'it could not be opened again').toEqual({
    asked: [],
    toasts: 1,
  })
  expect(useAppStore.getState().view).toEqual({ kind: 'welcome' })
})
