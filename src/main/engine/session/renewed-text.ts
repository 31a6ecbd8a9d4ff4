/** What `renew` says about what it did, in cargo-vet's words. Pure. */
import { formatShortList } from '../core/short-list.ts'
import type { Renewal } from '../core/renew.ts'
import type { PublisherId, VetStore } from '../core/store-model.ts'

/** Columns for the publishers of a crate, as in cargo-vet. */
const PUBLISHERS_WIDTH = 80

/** Lines with their newlines; `crate` null after `--expiring`. */
export function renewedText(renewal: Renewal, end: string, crate: string | null): string {
  if (renewal.renewed.length === 0) {
    return crate === null
      ? 'no wildcard audits that are eligible for renewal have expired or are expiring in the next six weeks\n'
      : `no wildcard audits for ${crate} are eligible for renewal (all have \`renew = false\`)\n`
  }
  const rows = renewal.renewed.map(({ crate: name, publishers }) => {
    const names = publishers.map(id => publisherText(renewal.store, id))
    return `  ${name}: ${formatShortList(names, PUBLISHERS_WIDTH)}\n`
  })
  return `Updated wildcard audits for the following crates and publishers to expire on ${end}:\n${rows.join('')}`
}

function publisherText(store: VetStore, id: PublisherId): string {
  if (id.kind === 'trusted-publisher') return id.signature
  for (const rows of store.imports.publisher.values()) {
    for (const { source } of rows) {
      if (source.kind !== 'user' || source.userId !== id.userId) continue
      return source.name === null ? source.login : `${source.name} (${source.login})`
    }
  }
  return `id=${id.userId}`
}
