/** For tests: what a team could have written down. */
import { packageKey, type PackageKey } from '../../shared/domain.ts'
import type { TeamItem, TeamSignOff } from '../../shared/team.ts'

export const ADA = 'Ada Auditor <ada@team.invalid>'
export const BEN = 'Ben Beholder <ben@team.invalid>'
export const CLEO = 'Cleo Clerk <cleo@team.invalid>'

/** Nobody has it and nothing is known of it but `last`; `change` goes on top. */
export function itemOf(key: PackageKey, last: TeamItem['last'], change: Partial<TeamItem> = {}): TeamItem {
  const at = key.indexOf('@')
  return {
    key,
    crate: key.slice(0, at),
    version: key.slice(at + 1),
    assignee: null,
    claim: null,
    state: 'needs-audit',
    stateReason: '',
    due: null,
    priority: null,
    turn: { kind: 'anyone', but: [] },
    handOver: null,
    signOffs: [],
    coverage: [],
    notes: { open: 0, total: 0, worst: null },
    last,
    isWaiting: false,
    ...change,
  }
}

/** Version 1.0.0. */
export function teamItem(crate: string, change: Partial<TeamItem> = {}): TeamItem {
  const last = { id: '0'.repeat(32), by: ADA, at: '2026-11-20T10:00:00.000Z', kind: 'assign' } as const
  return itemOf(packageKey(crate, '1.0.0'), last, change)
}

export function claimOf(by: string, isExpired = false): TeamItem['claim'] {
  return { by, at: '2026-11-21T08:00:00.000Z', until: '2026-11-21T16:00:00.000Z', isExpired }
}

export function signOff(by: string, change: Partial<TeamSignOff> = {}): TeamSignOff {
  return {
    id: '1'.repeat(32),
    by,
    at: '2026-11-20T10:00:00.000Z',
    signature: 'verified',
    delta: { from: '0.9.0', to: '1.0.0' },
    criteria: ['safe-to-deploy'],
    notes: '',
    evidence: null,
    ...change,
  }
}
