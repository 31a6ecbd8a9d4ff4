/** Repository addresses as manifests spell them. Pure. */

export interface RepositoryAddress {
  /** https address of the repository itself: no user, query, fragment, `.git` or trailing slash; host in lower case. */
  readonly url: string
  /** The folder below it that the address names (`tree/BRANCH/PATH`); null when it names none. */
  readonly hintPath: string | null
}

const MAX_BYTES = 2_048

/** Hosts whose repositories are exactly `/OWNER/NAME`; what follows is a page of the forge. */
const TWO_PARTS = /(^|\.)(github\.com|bitbucket\.org|codeberg\.org|gitee\.com|gitea\.com|sr\.ht|notabug\.org)$/
/** Pages of forges below a repository, `-` as GitLab sets before them. */
const PAGE = /^(-|tree|blob|src|browse|raw|commit|commits|releases?|tags?|issues|pulls?|wiki|blame|edit|branch)$/

/**
 * Null when `text` names no git repository that can be fetched over https. http, git and ssh forms become https: a
 * forge serves them all, and only https is ever asked. Addresses of this machine or of numbers instead of names are
 * refused: no public project lives there, and a manifest must not choose what is asked inside a private network.
 */
export function normaliseRepository(text: string): RepositoryAddress | null {
  const given = text.trim()
  if (given === '' || given.length > MAX_BYTES || given.startsWith('-')) return null
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(given)) return null
  const url = URL.parse(asWebAddress(given))
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const host = webHost(url)
  if (host === null) return null
  const parts = url.pathname.split('/').filter(part => part !== '')
  if (parts.some(part => decodePart(part) === null)) return null
  const split = splitPath(host.replace(/:\d+$/, ''), parts)
  if (split === null) return null
  return { url: `https://${host}/${split.repository.join('/')}`, hintPath: split.hintPath }
}

/** `git+…`, `git://`, `ssh://`, `git@HOST:PATH`, `//HOST/PATH` and `HOST/PATH` as an https address. */
function asWebAddress(given: string): string {
  const text = given.replace(/^(git\+|scm:git:|git:(?=https?:|ssh:|git@))/i, '')
  // ssh ports mean nothing to https.
  const ssh = /^(?:ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?[/:](.*)$/i.exec(text)
  if (ssh !== null) return `https://${ssh[1]}/${ssh[2]!.replace(/^\/+/, '')}`
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text
  const scp = /^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?!\d+\/)\/*(.+)$/.exec(text)
  if (scp !== null) return `https://${scp[1]}/${scp[2]}`
  if (/^\/\/[\w-]+\.[\w.-]+\//.test(text)) return `https:${text}`
  return /^(?:[\w.-]+@)?[\w-]+(\.[\w-]+)+(:\d+)?\/./.test(text) ? `https://${text}` : text
}

/** Host in lower case, without `www.`, with a port that is not https's own; null for one that is not asked. */
function webHost(url: URL): string | null {
  if (url.hostname.includes('..')) return null
  const host = url.hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^www\.(?=.*\.)/, '')
  if (host.startsWith('[') || /^[\d.]+$/.test(host) || !/^[a-z0-9._-]+$/.test(host)) return null
  if (!host.includes('.') || host.startsWith('-')) return null
  if (/(^|\.)(localhost|local|internal|localdomain|home\.arpa|onion)$/.test(host)) return null
  // The project page of this forge serves no git; its repositories of the same name lie beside it.
  if (host === 'sr.ht') return 'git.sr.ht'
  // Port 80 belonged to http; another one is the server's and is kept.
  return url.port === '' || url.port === '80' ? host : `${host}:${url.port}`
}

/** A part without tricks: null when its decoded form has a slash, a control character or climbs. */
function decodePart(part: string): string | null {
  try {
    const text = decodeURIComponent(part)
    return text === '.' || text === '..' || /[/\\\u0000-\u001f\u007f]/.test(text) ? null : text
  } catch {
    return null
  }
}

interface Split {
  readonly repository: readonly string[]
  readonly hintPath: string | null
}

function splitPath(host: string, parts: readonly string[]): Split | null {
  const withoutGit = (part: string): string => part.replace(/(\.git)+$/i, '')
  if (/(^|\.)googlesource\.com$/.test(host)) {
    const plus = parts.indexOf('+')
    const repository = plus === -1 ? parts : parts.slice(0, plus)
    return named(repository, plus === -1 ? [] : afterRef(parts.slice(plus + 1)), withoutGit)
  }
  if (TWO_PARTS.test(host)) {
    if (host.startsWith('gist.')) return named(parts.slice(0, 2), [], withoutGit)
    if (parts.length < 2) return null
    return named(parts.slice(0, 2), folderOf(parts.slice(2)), withoutGit)
  }
  // Elsewhere groups nest: `.git` ends the repository, else the first part that is a page of the forge does.
  const git = parts.findIndex(part => /.\.git$/i.test(part))
  if (git !== -1) return named(parts.slice(0, git + 1), folderOf(parts.slice(git + 1)), withoutGit)
  const page = parts.findIndex((part, i) => i >= 1 && PAGE.test(part) && (i >= 2 || part !== '-'))
  if (page === -1) return named(parts, [], withoutGit)
  const isWholePage = page >= 2 || /^(tree|blob|src|-)$/.test(parts[page]!)
  return isWholePage
    ? named(parts.slice(0, page), folderOf(parts.slice(page)), withoutGit)
    : named(parts, [], withoutGit)
}

function named(
  repository: readonly string[],
  folder: readonly string[],
  withoutGit: (part: string) => string,
): Split | null {
  const last = repository.at(-1)
  if (last === undefined) return null
  const clean = [...repository.slice(0, -1), withoutGit(last)]
  // A part that begins with `-` could be read as an option somewhere on the way; without `.git` it may be one that climbs.
  if (clean.some(part => part === '' || part.startsWith('-') || decodePart(part) === null)) return null
  const decoded = folder.map(part => decodePart(part) ?? '').filter(part => part !== '')
  return { repository: clean, hintPath: decoded.length === 0 ? null : decoded.join('/') }
}

/** The folder named by what follows a repository: `tree/BRANCH/PATH`, `-/blob/BRANCH/PATH/FILE`, `src/branch/BRANCH/PATH`. */
function folderOf(rest: readonly string[]): readonly string[] {
  const at = rest[0] === '-' ? 1 : 0
  const kind = rest[at]
  if (kind === 'tree' || kind === 'browse') return rest.slice(at + 2)
  if (kind === 'blob' || kind === 'blame' || kind === 'edit') return rest.slice(at + 2, -1)
  if (kind !== 'src') return []
  const isTyped = /^(branch|tag|commit)$/.test(rest[at + 1] ?? '')
  return rest.slice(at + (isTyped ? 3 : 2))
}

/** googlesource: `+/refs/heads/main/PATH`, `+/main/PATH`. */
function afterRef(rest: readonly string[]): readonly string[] {
  return rest[0] === 'refs' ? rest.slice(3) : rest.slice(1)
}
