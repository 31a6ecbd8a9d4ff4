/**
 * Which addresses may be opened outside Assay. Crate metadata is hostile text, so: https only, hosts of Rust documentation
 * and of code hosting only, no user part, no odd port. The user still confirms the whole address.
 */
const HOSTS: readonly string[] = [
  'docs.rs',
  'lib.rs',
  'doc.rust-lang.org',
  'blog.rust-lang.org',
  'rustsec.org',
  'github.com',
  'gitlab.com',
  'codeberg.org',
  'git.sr.ht',
  'bitbucket.org',
  'mozilla.github.io',
]

/** The address in its normal form, null when it may not be opened. */
export function checkExternalUrl(text: string): string | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.port !== '') return null
  return HOSTS.includes(url.hostname) ? url.href : null
}
