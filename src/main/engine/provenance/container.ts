/**
 * Which cargo wrote an archive, judged by how the container is written and by the generated files (provenance.md 1.4,
 * where 48 releases were tried on one fixture). An archive that fits none was made by another program.
 */
import type { Container } from '../../../shared/provenance.ts'
import type { AnomalyCode, ContainerFacts, CrateArchive } from './crate-archive.ts'

export interface ContainerVerdict extends Container {
  /** One sentence when the container needs a cargo that was not out at the time of publication; null otherwise. */
  readonly contradictsDate: string | null
  /** The range overlaps 1.90 to 1.93, which could package untracked files unnoticed (1.5). */
  readonly mayMissUntracked: boolean
}

/** Oddities that a repository can have and cargo would pack. All others no cargo writes. */
const POSSIBLE_WITH_CARGO: ReadonlySet<AnomalyCode> = new Set([
  'case-collision',
  'cargo-ok-file',
  'odd-name',
  'too-large',
  'too-many-entries',
])
const MTIME_2006 = 1_153_704_088
const MTIME_1973 = 123_456_789
const FIXED_TIMES = [MTIME_1973, MTIME_2006]
const FIRST_CRATE = Date.UTC(2014, 9) / 1000
/** Old cargos gave generated files the time of packaging, or none. */
const isPackagingTime = (time: number): boolean => time === 0 || time >= FIRST_CRATE
const END_BYTES = 1_024
const MAX_SCANNED = 1 << 20
/** Publishers use nightly: two releases ahead of the stable one of the day. */
const AHEAD = 2

/**
 * `publishedAt` (RFC 3339) cuts the range at the cargo of that day; null or unreadable leaves it open. A range of
 * `null` to `null` with `isCargo` false: no cargo writes it.
 */
export function judgeContainer(archive: CrateArchive, publishedAt: string | null): ContainerVerdict {
  const range = new Range()
  const { facts } = archive
  for (const { code, text } of archive.anomalies) if (!POSSIBLE_WITH_CARGO.has(code)) range.refuse(text)
  if (archive.isReadable && archive.entryCount === 0) range.refuse('it is empty')
  if (archive.entryCount > 0) {
    judgeTimes(facts, range)
    judgeHeaders(facts, range)
  }
  judgeContents(archive, range)
  return range.verdict(publishedAt)
}

function judgeTimes({ mtimes: { sources, generated } }: ContainerFacts, range: Range): void {
  const only = (set: ReadonlySet<number>, value: number): boolean => set.size === 1 && set.has(value)
  const isOnlyOrNone = (set: ReadonlySet<number>, value: number): boolean => set.size === 0 || only(set, value)
  if (only(sources, 0) && isOnlyOrNone(generated, 0)) range.fit(50, 53, 'every file has the time 0')
  else if (only(sources, MTIME_1973) && isOnlyOrNone(generated, 1)) {
    range.fit(54, 62, `sources have the time ${MTIME_1973}, generated files 1`)
  } else if (only(sources, MTIME_2006) && only(generated, 1)) {
    range.fit(63, 92, `sources have the time ${MTIME_2006}, generated files 1`)
  } else if (only(sources, MTIME_2006) && isOnlyOrNone(generated, MTIME_2006)) {
    range.fit(93, null, `every file has the time ${MTIME_2006}`)
  } else if (!FIXED_TIMES.some(time => only(sources, time)) && [...generated].every(isPackagingTime)) {
    range.fit(0, 49, 'files carry the times they had on the publisher’s disk')
  } else range.refuse('the times of its files are none that a cargo writes')
}

function judgeHeaders(facts: ContainerFacts, range: Range): void {
  if (facts.magic === 'ustar') range.fit(0, 45, 'tar headers are of the form ustar')
  else if (facts.magic === 'gnu') range.fit(46, null, 'tar headers are of GNU’s form')
  else range.refuse('its tar headers are of no form that cargo writes')
  if (facts.ownerNames.size > 0) range.refuse('it names users or groups, which cargo never does')
  if (facts.endBytes !== END_BYTES) range.refuse('the end of its tar is not as cargo writes it')
  if (range.isBefore(50)) return
  if (facts.owners.size > 1 || !facts.owners.has('0:0'))
    range.refuse('it has owners, which cargo leaves out since 1.50')
  if ([...facts.modes].some(mode => mode !== 0o644 && mode !== 0o755)) {
    range.refuse('it has modes other than 644 and 755, which cargo does not write since 1.50')
  }
  const gzip = facts.gzipHeader
  if (gzip !== null && (gzip.flags !== 8 || gzip.mtime !== 0 || gzip.extraFlags !== 2 || gzip.os !== 255)) {
    range.refuse('its gzip header is not one that cargo writes')
  }
}

function judgeContents({ files }: CrateArchive, range: Range): void {
  const text = (path: string): string | null => {
    const data = files.get(path)?.data
    return data === undefined ? null : new TextDecoder().decode(data.subarray(0, MAX_SCANNED))
  }
  const vcs = text('.cargo_vcs_info.json')
  if (vcs !== null) {
    if (/"path_in_vcs"\s*:/.test(vcs)) range.fit(57, null, 'its VCS info names the folder')
    else range.fit(30, 56, 'its VCS info names no folder')
    if (/"dirty"\s*:\s*true/.test(vcs)) range.fit(81, null, 'its VCS info says that files were not committed')
  }
  const manifest = text('Cargo.toml')
  if (manifest === null) range.refuse('it has no Cargo.toml')
  else if (files.has('Cargo.toml.orig')) judgeManifest(manifest, range)
  const lock = text('Cargo.lock')
  if (lock !== null && /^version = 4$/m.test(lock.slice(0, 300))) range.fit(78, null, 'its lock file is of version 4')
}

function judgeManifest(manifest: string, range: Range): void {
  const head = manifest.slice(0, 1_500)
  if (head.includes('See Cargo.toml.orig for the original contents')) {
    range.fit(55, null, 'the head of Cargo.toml is that of 1.55 and later')
  } else if (head.includes("If you believe there's an error in this file")) {
    range.fit(0, 54, 'the head of Cargo.toml is that before 1.55')
  } else range.refuse('the head of its Cargo.toml is not one that cargo writes')
  if (/^autolib = false$/m.test(manifest)) range.fit(80, null, 'Cargo.toml switches the discovery of targets off')
}

class Range {
  #from = 0
  #to = Infinity
  readonly #evidence: string[] = []
  readonly #refusals: string[] = []

  /** `from` 0: since ever; `to` null: still. */
  fit(from: number, to: number | null, evidence: string): void {
    const words = to === null ? `1.${from} and later` : from === 0 ? `1.${to} and earlier` : `1.${from} to 1.${to}`
    this.#evidence.push(`cargo ${words}: ${evidence}`)
    this.#from = Math.max(this.#from, from)
    this.#to = Math.min(this.#to, to ?? Infinity)
  }

  refuse(text: string): void {
    if (this.#refusals.length < 20 && !this.#refusals.includes(text)) this.#refusals.push(text)
  }

  isBefore(minor: number): boolean {
    return this.#to < minor
  }

  verdict(publishedAt: string | null): ContainerVerdict {
    if (this.#from > this.#to) this.refuse('its parts are of cargo releases that exclude each other')
    if (this.#refusals.length > 0) {
      const evidence = [...this.#refusals.map(text => `no cargo: ${text}`), ...this.#evidence]
      const nothing = { cargoFrom: null, cargoTo: null, contradictsDate: null, mayMissUntracked: false }
      return { ...nothing, isCargo: false, evidence }
    }
    const stable = publishedAt === null ? null : stableAt(publishedAt)
    let contradictsDate: string | null = null
    if (stable !== null && this.#from > stable + AHEAD) {
      contradictsDate = `it needs cargo 1.${this.#from}, but 1.${stable} was current when it was published`
    } else if (stable !== null && stable + AHEAD < this.#to) {
      this.#to = stable + AHEAD
      this.#evidence.push(`cargo 1.${this.#to} and earlier: 1.${stable} was current when it was published`)
    }
    return {
      cargoFrom: this.#from === 0 ? null : `1.${this.#from}`,
      cargoTo: this.#to === Infinity ? null : `1.${this.#to}`,
      isCargo: true,
      evidence: this.#evidence,
      contradictsDate,
      mayMissUntracked: this.#from <= 93 && this.#to >= 90,
    }
  }
}

const FIRST_RELEASE = Date.UTC(2015, 4, 15)
const SIX_WEEKS = 42 * 86_400_000

/** The minor version that was stable on a day: 1.0 on 2015-05-15, another every six weeks since. */
function stableAt(time: string): number | null {
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? null : Math.max(0, Math.floor((ms - FIRST_RELEASE) / SIX_WEEKS))
}
