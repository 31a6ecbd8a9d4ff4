/**
 * The words of the criteria that are built into cargo-vet. Whoever certifies for one of them certifies exactly this
 * text, so it is cargo-vet's own, letter by letter (MIT or Apache-2.0, as Assay).
 * Source: cargo-vet 0.10.3 src/criteria/*.txt.
 */
import type { AuditsFile } from './store-model.ts'

const SAFE_TO_RUN_TEXT = `This crate can be compiled, run, and tested on a local workstation or in
controlled automation without surprising consequences, such as:
* Reading or writing data from sensitive or unrelated parts of the filesystem.
* Installing software or reconfiguring the device.
* Connecting to untrusted network endpoints.
* Misuse of system resources (e.g. cryptocurrency mining).
`

const SAFE_TO_DEPLOY_TEXT = `This crate will not introduce a serious security vulnerability to production
software exposed to untrusted input.

Auditors are not required to perform a full logic review of the entire crate.
Rather, they must review enough to fully reason about the behavior of all unsafe
blocks and usage of powerful imports. For any reasonable usage of the crate in
real-world software, an attacker must not be able to manipulate the runtime
behavior of these sections in an exploitable or surprising way.

Ideally, all unsafe code is fully sound, and ambient capabilities (e.g.
filesystem access) are hardened against manipulation and consistent with the
advertised behavior of the crate. However, some discretion is permitted. In such
cases, the nature of the discretion should be recorded in the \`notes\` field of
the audit record.

For crates which generate deployed code (e.g. build dependencies or procedural
macros), reasonable usage of the crate should output code which meets the above
criteria.
`

/** What certifying for `name` states: a built-in's text or a criterion's own, else its URL; null when unknown. */
export function criteriaDescription(audits: Pick<AuditsFile, 'criteria'>, name: string): string | null {
  if (name === 'safe-to-run') return SAFE_TO_RUN_TEXT
  if (name === 'safe-to-deploy') return SAFE_TO_DEPLOY_TEXT
  const entry = audits.criteria.get(name)
  return entry?.description ?? entry?.descriptionUrl ?? null
}
