/**
 * Where a workspace's team events belong and as whom they are written: from assay.toml and the user's git. One question to
 * git answers most of it. Of the workspace's own configuration only values are taken that name no program: a workspace
 * must not choose what runs here.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { teamPerson } from '../../../shared/team.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { askOwnGit } from '../io/own-git.ts'
import { ASSAY_FILE } from '../store/assay-file.ts'
import { isAddress, readTeamSettings } from '../store/assay-team.ts'
import type { Committer } from '../team/clone.ts'
import { withoutUser } from '../team/remote-failure.ts'

const MAX_ASSAY_BYTES = 1 << 20
const MAX_CONFIG_BYTES = 4 << 20

export interface TeamPlace {
  /** Null: the events stay on this machine. */
  readonly address: string | null
  /** The same repository and branch have the same key, whether reached by https or by ssh; '' without an address. */
  readonly key: string
  /** `address` as it may be shown. */
  readonly shown: string | null
  readonly branch: string
  readonly from: 'assay.toml' | 'origin' | null
  readonly reason: string | null
  /** `Name <email>`; null without one that can be written. */
  readonly me: string | null
  readonly committer: Committer
  /** Changes when signatures would be judged otherwise. */
  readonly signers: string
}

/** Reads assay.toml and asks git. @failure git-not-found */
export async function findTeamPlace(
  caps: Capabilities,
  root: AbsolutePath,
  storeDir: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<TeamPlace, Failure>> {
  const settings = readTeamSettings(await readOptional(caps, path.join(storeDir, ASSAY_FILE) as AbsolutePath))
  const said = await askOwnGit(caps, root, ['config', '--list', '-z', '--show-scope'], {
    signal,
    maxBytes: MAX_CONFIG_BYTES,
  })
  if (!said.ok) return said
  const config = parseConfig(said.value ?? '')
  const last = (key: string) => config.findLast(entry => entry.key === key)?.value ?? null
  const name = (last('user.name') ?? '').replace(/[<>\x00-\x1f\x7f]/g, '').trim()
  const email = (last('user.email') ?? '').replace(/[<>\s\x00-\x1f\x7f]/g, '')
  const who = teamPerson.safeParse(`${name} <${email}>`)
  const own = await ownSettings(caps, root, config, signal)
  const allowed = own.find(([key]) => key === ALLOWED_SIGNERS)?.[1] ?? last(ALLOWED_SIGNERS)
  const committer: Committer = {
    name: name || 'unknown',
    email,
    signs: /^(?:true|yes|on|1)$/i.test(last('commit.gpgsign') ?? ''),
    config: own,
    knowsSigners: allowed !== null,
  }
  const base = {
    branch: settings.branch,
    me: who.success ? who.data : null,
    committer,
    signers: await fileStamp(caps, allowed),
  }
  const nowhere = (reason: string): TeamPlace => ({ ...base, address: null, key: '', shown: null, from: null, reason })
  if (settings.problems.length > 0) return ok(nowhere(settings.problems.join('; ')))
  if (settings.repository !== null) {
    const address = await resolved(caps, root, settings.repository, signal)
    return ok({ ...base, ...named(address, settings.branch), from: 'assay.toml', reason: null })
  }
  if (!config.some(entry => entry.key === 'remote.origin.url'))
    return ok(nowhere('the workspace has no remote `origin`, and assay.toml names no repository under [team]'))
  // With the user's own rewriting of addresses; what is pushed to can be fetched from.
  const url = await askOwnGit(caps, root, ['remote', 'get-url', '--push', 'origin'], { signal })
  if (!url.ok) return url
  if (url.value === null || !isAddress(url.value)) return ok(nowhere('the address of the remote `origin` is not used'))
  const address = await resolved(caps, root, url.value, signal)
  return ok({ ...base, ...named(address, settings.branch), from: 'origin', reason: null })
}

const named = (address: string, branch: string) => ({
  ...{ address, shown: withoutUser(address), key: `${sameRepository(address)} ${branch}` },
})

/** `https://host/a/b.git`, `ssh://git@host:22/a/b` and `git@host:a/b.git` are all `host/a/b`; a path is itself. */
export function sameRepository(address: string): string {
  const url = /^(?:https?|ssh):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.*)$/i.exec(address)
  const short = url === null && !address.includes('://') ? /^(?:[^/\\@]*@)?([^/\\:]{2,}):(.*)$/.exec(address) : null
  const [, host, at] = url ?? short ?? []
  if (host === undefined || at === undefined) return address.replace(/\/+$/, '')
  return `${host.toLowerCase()}/${at.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')}`
}

const ALLOWED_SIGNERS = 'gpg.ssh.allowedsignersfile'
/** Values only. gpg.program and its like are taken from the user's and the system's configuration, by git itself. */
const TAKEN = new Set(['user.signingkey', 'gpg.format', ALLOWED_SIGNERS, 'gpg.mintrustlevel'])

async function ownSettings(
  caps: Capabilities,
  root: AbsolutePath,
  config: readonly ConfigEntry[],
  signal: AbortSignal,
): Promise<(readonly [string, string])[]> {
  const taken: (readonly [string, string])[] = []
  for (const { scope, key, value } of config) {
    if ((scope !== 'local' && scope !== 'worktree') || !TAKEN.has(key)) continue
    // git takes it from the top of the working tree, which the private clone has not.
    if (key === ALLOWED_SIGNERS && !path.isAbsolute(value) && !value.startsWith('~'))
      taken.push([key, path.resolve(await topOf(caps, root, signal), value)])
    else taken.push([key, value])
  }
  return taken
}

interface ConfigEntry {
  readonly scope: string
  readonly key: string
  readonly value: string
}

/** Pairs `SCOPE NUL KEY LF VALUE NUL`; a key without a value is true. */
function parseConfig(text: string): ConfigEntry[] {
  const parts = text.split('\0')
  const entries: ConfigEntry[] = []
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const pair = parts[i + 1] ?? ''
    const end = pair.indexOf('\n')
    const key = end === -1 ? pair : pair.slice(0, end)
    entries.push({ scope: parts[i] ?? '', key, value: end === -1 ? 'true' : pair.slice(end + 1) })
  }
  return entries
}

/** A path is taken from the top of the repository; an address stays. */
async function resolved(caps: Capabilities, root: AbsolutePath, address: string, signal: AbortSignal): Promise<string> {
  const isPath = !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(address) && !/^[^/\\]+:/.test(address)
  return isPath && !path.isAbsolute(address) ? path.resolve(await topOf(caps, root, signal), address) : address
}

async function topOf(caps: Capabilities, root: AbsolutePath, signal: AbortSignal): Promise<string> {
  const top = await askOwnGit(caps, root, ['rev-parse', '--show-toplevel'], { signal })
  return top.ok && top.value !== null && top.value !== '' ? top.value : root
}

async function fileStamp(caps: Capabilities, file: string | null): Promise<string> {
  if (file === null) return 'none'
  const at = file.startsWith('~/') ? path.join(caps.host.homeDir, file.slice(2)) : file
  const stat = await caps.files.stat(at as AbsolutePath).catch(() => null)
  return `${at} ${stat?.sizeBytes ?? 0} ${stat?.mtimeMs ?? 0}`
}

async function readOptional(caps: Capabilities, file: AbsolutePath): Promise<string | null> {
  try {
    return await caps.files.readText(file, MAX_ASSAY_BYTES)
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}
