/**
 * Objects straight from the packs of a mirror, without a process: what our own git wrote there is simple and well
 * described. Whatever is unusual (loose objects, borrowed ones, an index not understood, large objects, damage) gives
 * null, which means "ask git", never an error. Each object is checked against its id, so a wrong one never gets out.
 */
import { createHash } from 'node:crypto'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Files } from '../capabilities.ts'
import type { GitOid } from './git-repository.ts'
import type { GitObject } from './live-git.ts'
import { at as pathAt } from './mirror-state.ts'
import {
  applyDelta,
  ENTRY_HEAD_BYTES,
  inflateExactly,
  packedBound,
  parseEntryHead,
  parsePackIndex,
  type ObjectKind,
  type PackIndex,
} from './pack-format.ts'
import { sizeBoundedCache, type SizeBoundedCache } from './size-bounded-cache.ts'

/** Packs are read in pieces of this size, which are kept. */
const PIECE_BYTES = 64 << 10
const MAX_PIECES = 1e8
const KEPT_PIECE_BYTES = 6 << 20
const KEPT_OBJECT_BYTES = 4 << 20
const KEPT_INDEX_BYTES = 8 << 20
/** Some 280,000 objects; git reads larger ones piece by piece. */
const MAX_INDEX_BYTES = KEPT_INDEX_BYTES
/** Unpacking holds everything else up meanwhile: some 8 ms. */
const MAX_OBJECT_BYTES = 2 << 20
/** git makes chains of 50, and of 250 where it is told to try hard. */
const MAX_DELTAS = 300
const MAX_CHAIN_BYTES = 4 << 20
/** Objects unpacked at once: more would drive each other's pieces out of memory, and fill it with half-done ones. */
const MAX_AT_ONCE = 4
/** What a kept value takes beside its bytes. */
const OVERHEAD_BYTES = 200

interface Unpacked {
  readonly kind: ObjectKind
  readonly bytes: Buffer
}

/** What readers of all mirrors keep together, about 20 MB at most. */
export interface PackMemory {
  readonly pieces: SizeBoundedCache<number, Buffer>
  readonly objects: SizeBoundedCache<string, Unpacked>
  readonly indexes: SizeBoundedCache<number, PackIndex>
  /** Under way, by the same keys as `pieces`. */
  readonly loading: Map<number, Promise<Buffer>>
  readonly gate: Gate
  nextPackId: number
}

export function createPackMemory(): PackMemory {
  return {
    pieces: sizeBoundedCache(KEPT_PIECE_BYTES, piece => piece.length + OVERHEAD_BYTES),
    objects: sizeBoundedCache(KEPT_OBJECT_BYTES, object => object.bytes.length + OVERHEAD_BYTES),
    indexes: sizeBoundedCache(KEPT_INDEX_BYTES, index => index.sizeBytes),
    loading: new Map(),
    gate: createGate(MAX_AT_ONCE),
    nextPackId: 0,
  }
}

type Gate = <T>(action: () => Promise<T>) => Promise<T>

/** At most so many actions at once, in the order they came. Light, for actions that mostly need not wait. */
function createGate(limit: number): Gate {
  const waiting: (() => void)[] = []
  let active = 0
  return async action => {
    if (active < limit) active++
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await action()
    } finally {
      const next = waiting.shift()
      if (next === undefined) active--
      else next()
    }
  }
}

export interface PackReader {
  /**
   * One object; its bytes may be kept here too and are not to be written to. `missing` is as sure as git's word: the
   * folder was listed after the call and all of it was understood. Null: ask git. Throws nothing but what is no file
   * error.
   */
  read(oid: GitOid, maxBytes: number): Promise<GitObject | null>
}

interface Pack {
  readonly id: number
  /** Without its ending. */
  readonly path: string
  isBad: boolean
}

interface Listed {
  /** Those where something was found last go first. */
  readonly packs: Pack[]
  /** There is nothing beside these packs where an object could be. */
  readonly isAll: boolean
}

/** `gitDir` is a bare repository with SHA-1 ids; nothing is read before the first `read`. */
export function createPackReader(files: Files, gitDir: AbsolutePath, memory: PackMemory): PackReader {
  let listed: Listed = { packs: [], isAll: false }
  let scanning: Promise<void> | null = null
  const indexing = new Map<number, Promise<PackIndex | null>>()
  let [scansBegun, scansDone] = [0, 0]

  /** Lists the packs anew; one at a time. */
  function scan(): Promise<void> {
    const number = ++scansBegun
    scanning = listPacks(files, gitDir, listed.packs, memory)
      .then(found => {
        listed = found
        scansDone = number
      })
      .finally(() => (scanning = null))
    return scanning
  }

  /** Read once, however many ask. */
  function indexOf(pack: Pack): Promise<PackIndex | null> {
    const reading = indexing.get(pack.id) ?? readIndex(pack).finally(() => indexing.delete(pack.id))
    indexing.set(pack.id, reading)
    return reading
  }

  async function readIndex(pack: Pack): Promise<PackIndex | null> {
    const kept = memory.indexes.get(pack.id)
    if (kept !== undefined || pack.isBad) return kept ?? null
    const bytes = await files.readBytes(`${pack.path}.idx` as AbsolutePath, MAX_INDEX_BYTES).catch(() => null)
    const index = bytes === null ? null : parsePackIndex(asBuffer(bytes))
    if (index === null) pack.isBad = true
    else memory.indexes.set(pack.id, index)
    return index
  }

  async function findInPacks(oid: Buffer): Promise<{ readonly pack: Pack; readonly at: number } | null> {
    const { packs } = listed
    for (const pack of packs.slice()) {
      const index = memory.indexes.get(pack.id) ?? (pack.isBad ? null : await indexOf(pack))
      const at = index?.offsetOf(oid) ?? null
      if (at === null) continue
      if (packs[0] !== pack && packs.includes(pack)) packs.unshift(...packs.splice(packs.indexOf(pack), 1))
      return { pack, at }
    }
    return null
  }

  /** `missing` only after a listing that was begun after the question. */
  async function find(oid: Buffer) {
    const earlier = scansBegun
    const found = await findInPacks(oid)
    if (found !== null) return found
    while (scansDone <= earlier) await (scanning ?? scan())
    const again = await findInPacks(oid)
    if (again !== null) return again
    return listed.isAll && listed.packs.every(pack => !pack.isBad) ? 'missing' : null
  }

  return {
    async read(oid, maxBytes) {
      try {
        const place = await find(Buffer.from(oid, 'hex'))
        if (place === 'missing') return { kind: 'missing' }
        const object = place === null ? null : await memory.gate(() => unpack(place.pack, place.at))
        if (object === null || idOf(object) !== oid) return null
        const sizeBytes = object.bytes.length
        return sizeBytes > maxBytes ? { kind: 'too-large', sizeBytes } : object
      } catch (error) {
        if (error instanceof FileError) return null
        throw error
      }
    },
  }

  /** Follows deltas down to their base and applies them upwards. No waiting while all pieces are here. */
  async function unpack(pack: Pack, entryAt: number): Promise<Unpacked | null> {
    const deltas: { readonly at: number; readonly bytes: Buffer }[] = []
    let chainBytes = 0
    let at = entryAt
    let object: Unpacked | undefined
    for (;;) {
      object = memory.objects.get(`${pack.id} ${at}`)
      if (object !== undefined) break
      const head = parseEntryHead(span(pack, at, ENTRY_HEAD_BYTES) ?? (await load(pack, at, ENTRY_HEAD_BYTES)), at)
      if (head === null || head.sizeBytes > MAX_OBJECT_BYTES) return null
      const [bodyAt, bound] = [at + head.headBytes, packedBound(head.sizeBytes)]
      const bytes = inflateExactly(span(pack, bodyAt, bound) ?? (await load(pack, bodyAt, bound)), head.sizeBytes)
      if (bytes === null) return null
      if (head.kind !== 'delta') {
        object = { kind: head.kind, bytes }
        memory.objects.set(`${pack.id} ${at}`, object)
        break
      }
      chainBytes += bytes.length
      deltas.push({ at, bytes })
      if (deltas.length > MAX_DELTAS || chainBytes > MAX_CHAIN_BYTES) return null
      const base = typeof head.base === 'number' ? head.base : (await indexOf(pack))?.offsetOf(head.base!)
      if (base === undefined || base === null) return null
      at = base
    }
    for (let delta = deltas.pop(); delta !== undefined; delta = deltas.pop()) {
      const bytes = applyDelta(object.bytes, delta.bytes, MAX_OBJECT_BYTES)
      if (bytes === null) return null
      object = { kind: object.kind, bytes }
      memory.objects.set(`${pack.id} ${delta.at}`, object)
    }
    return object
  }

  /** Up to `length` bytes of a pack, fewer at its end; null when not all of them are in memory. */
  function span(pack: Pack, at: number, length: number): Buffer | null {
    const parts: Buffer[] = []
    for (let number = Math.floor(at / PIECE_BYTES); number * PIECE_BYTES < at + length; number++) {
      const piece = memory.pieces.get(keyOf(pack, number))
      if (piece === undefined) return null
      parts.push(cut(piece, number, at, length))
      if (piece.length < PIECE_BYTES) break
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async function load(pack: Pack, at: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let number = Math.floor(at / PIECE_BYTES); number * PIECE_BYTES < at + length; number++) {
      const piece = memory.pieces.get(keyOf(pack, number)) ?? (await loadPiece(pack, number))
      parts.push(cut(piece, number, at, length))
      if (piece.length < PIECE_BYTES) break
    }
    return Buffer.concat(parts)
  }

  function loadPiece(pack: Pack, number: number): Promise<Buffer> {
    const key = keyOf(pack, number)
    const underWay = memory.loading.get(key)
    if (underWay !== undefined) return underWay
    const file = `${pack.path}.pack` as AbsolutePath
    const loading = files
      .readRange(file, number * PIECE_BYTES, PIECE_BYTES)
      .then(bytes => {
        const piece = asBuffer(bytes)
        memory.pieces.set(key, piece)
        return piece
      })
      .finally(() => memory.loading.delete(key))
    memory.loading.set(key, loading)
    return loading
  }
}

const keyOf = (pack: Pack, number: number) => pack.id * MAX_PIECES + number

function cut(piece: Buffer, number: number, at: number, length: number): Buffer {
  const from = Math.max(0, at - number * PIECE_BYTES)
  return piece.subarray(from, Math.max(from, at + length - number * PIECE_BYTES))
}

async function listPacks(
  files: Files,
  gitDir: AbsolutePath,
  earlier: readonly Pack[],
  memory: PackMemory,
): Promise<Listed> {
  const folder = pathAt(gitDir, 'objects')
  const [stores, names, alternates] = await Promise.all([
    files.list(folder),
    files.list(pathAt(folder, 'pack')),
    files.stat(pathAt(folder, 'info/alternates')),
  ])
  const present = new Set(names.map(({ name }) => name))
  const stems = [...present].filter(name => /^pack-[0-9a-f]+\.idx$/.test(name)).map(name => name.slice(0, -4))
  const whole = stems.filter(stem => present.has(`${stem}.pack`))
  // Folders of two digits hold loose objects.
  const isAll = alternates === null && stores.every(({ name }) => name === 'pack' || name === 'info')
  const byPath = new Map(earlier.map(pack => [pack.path, pack]))
  const packs = whole.map((stem): Pack => {
    const path = pathAt(folder, `pack/${stem}`)
    return byPath.get(path) ?? { id: memory.nextPackId++, path, isBad: false }
  })
  return { packs, isAll: isAll && whole.length === stems.length }
}

function idOf({ kind, bytes }: Unpacked): string {
  return createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex')
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
