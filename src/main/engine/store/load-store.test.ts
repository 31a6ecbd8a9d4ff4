/**
 * Stores on a real disk: what is refused and how it is said, the lock shared with other programs, writes that
 * refuse changed files, and what a crash or a full disk in the middle of a write leaves behind.
 */
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasCargoVet, openReference } from '../../../../tools/reference-store.ts'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import { failureText, type Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Files } from '../capabilities.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { journalPath } from './journal.ts'
import { commitStore, readStore, type LoadedStore } from './load-store.ts'
import type { StoreTexts } from './parse-store.ts'

const TODAY = brand<'IsoDate'>('2026-11-21')
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const AUDITS = `
# cargo-vet audits file

[[audits.alpha]]
who = "Alice <alice@example.com>"
criteria = "safe-to-deploy"
version = "1.0.0"
`
const IMPORTS = '\n# cargo-vet imports lock\n'
const TEXTS: StoreTexts = { config: CONFIG, audits: AUDITS, imports: IMPORTS }
const NEXT: StoreTexts = {
  config: `${CONFIG}\n[[exemptions.beta]]\nversion = "2.0.0"\ncriteria = "safe-to-run"\n`,
  audits: `${AUDITS}notes = "Looked at every line."\n`,
  imports: IMPORTS,
}
const NAMES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const
const KEYS = ['config', 'audits', 'imports'] as const

let folder: string
let store: AbsolutePath
let caps: Capabilities
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-store-'))
  store = brand(path.join(folder, 'supply-chain'))
  const env = { ...process.env, ASSAY_DATA_DIR: path.join(folder, 'data'), ASSAY_CACHE_DIR: path.join(folder, 'cache') }
  caps = createNodeCapabilities({ env, sampleDir: folder, version: 'test', nowMs: () => 1_000 })
  fs.mkdirSync(store)
  put(TEXTS)
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const put = (texts: { readonly [K in keyof StoreTexts]?: string | Uint8Array }): void => {
  for (const key of KEYS) if (texts[key] !== undefined) fs.writeFileSync(path.join(store, NAMES[key]), texts[key])
}
const onDisk = (): StoreTexts => {
  const read = (key: keyof StoreTexts) => fs.readFileSync(path.join(store, NAMES[key]), 'utf8')
  return { config: read('config'), audits: read('audits'), imports: read('imports') }
}
const signal = new AbortController().signal
const load = (locked = false): Promise<Result<LoadedStore, Failure>> =>
  readStore(caps, store, { locked, today: TODAY }, signal)
async function loaded(): Promise<LoadedStore> {
  const result = await load()
  if (!result.ok) throw new Error(failureText(result.error))
  return result.value
}
async function refused(locked = false): Promise<Failure> {
  const result = await load(locked)
  if (result.ok) throw new Error('was accepted')
  return result.error
}
/** The failure's words with the temporary folder left out. */
const words = (failure: Failure): string => failureText(failure).replaceAll(store, 'S')

const withFiles = (files: Partial<Files>): Capabilities => ({ ...caps, files: { ...caps.files, ...files } })

describe('readStore', () => {
  it('reads a good store and changes nothing', async () => {
    const { texts, store: values, recovery, unlockedBecause } = await loaded()
    expect(texts).toEqual(TEXTS)
    expect(values.audits.audits.get(brand('alpha'))).toHaveLength(1)
    expect([recovery, unlockedBecause]).toEqual([null, null])
    expect(onDisk()).toEqual(TEXTS)
    expect((await load(true)).ok).toBe(true)
  })

  it.each<[string, () => void, string, string]>([
    ['a missing folder', () => fs.rmSync(store, { recursive: true }), 'store-missing', 'no cargo-vet store at S'],
    ['a missing config.toml', () => fs.rmSync(`${store}/config.toml`), 'store-io', 'S/config.toml could not be read'],
    ['a missing audits.toml', () => fs.rmSync(`${store}/audits.toml`), 'store-io', 'the file does not exist'],
    ['a missing imports.lock', () => fs.rmSync(`${store}/imports.lock`), 'store-io', 'S/imports.lock could not be'],
    [
      'a newer version',
      () => put({ config: '[cargo-vet]\nversion = "0.11"\n', audits: 'what is this' }),
      'store-newer',
      'version 0.11, newer than 0.10',
    ],
    [
      'malformed TOML',
      () => put({ audits: '[audits]\n[[audits.a]]\nversion = "1.0.0\n' }),
      'store-toml',
      'S/audits.toml:3:17: not valid TOML: the string is not closed on its line',
    ],
    [
      'a merge conflict',
      () => put({ audits: `${AUDITS}<<<<<<< HEAD\n` }),
      'store-toml',
      'S/audits.toml:8:1: not valid TOML: illegal character in key',
    ],
    [
      'unknown criteria',
      () => put({ audits: AUDITS.replace('safe-to-deploy', 'safe-to-fly') }),
      'store-invalid',
      "S/audits.toml:6:12: 'safe-to-fly' is not a valid criteria name",
    ],
    [
      'bytes that are not UTF-8',
      () => put({ audits: Buffer.concat([Buffer.from(AUDITS), Buffer.from('notes = "'), Buffer.from([0xc3, 0x28])]) }),
      'store-toml',
      'S/audits.toml:8:10: the file is not UTF-8 text',
    ],
    [
      'a lone carriage return',
      () => put({ audits: `${AUDITS}\r# x\n` }),
      'store-toml',
      'S/audits.toml:8:1: a carriage return without a line feed',
    ],
    ['an empty audits.toml', () => put({ audits: '' }), 'store-invalid', "missing the table 'audits'"],
    [
      'a folder in place of a file',
      () => (fs.rmSync(`${store}/audits.toml`), fs.mkdirSync(`${store}/audits.toml`)),
      'store-io',
      'S/audits.toml',
    ],
  ])('refuses %s and changes nothing', async (_, spoil, code, text) => {
    spoil()
    const before = fs.readdirSync(folder, { recursive: true }).sort()
    const failure = await refused()
    expect(failure.code).toBe(code)
    expect(words(failure)).toContain(text)
    expect(fs.readdirSync(folder, { recursive: true }).sort()).toEqual(before)
  })

  it.each<[string, Partial<StoreTexts>, string]>([
    ['an older version', { config: '[cargo-vet]\nversion = "0.9"\n' }, 'version 0.9, older than 0.10'],
    ['no version', { config: '' }, 'version 0.4, older than 0.10'],
    ['CRLF line ends', { audits: AUDITS.replaceAll('\n', '\r\n') }, 'only the line ends differ'],
    ['a byte order mark', { audits: `\ufeff${AUDITS}` }, 'not correctly formatted'],
    ['a comment of its own', { audits: `# mine\n${AUDITS}` }, '\n-# mine\n'],
    ['an unknown key', { config: `${CONFIG}more = 1\n` }, '\n-more = 1\n'],
  ])('refuses %s only when locked', async (_, texts, text) => {
    put(texts)
    expect((await load(false)).ok).toBe(true)
    expect(words(await refused(true))).toContain(text)
    expect(onDisk()).toEqual({ ...TEXTS, ...texts })
  })

  it('refuses a file past the size limit without reading it', async () => {
    const limited = withFiles({
      readBytes: (file, max) =>
        file.endsWith('audits.toml') && max !== undefined
          ? Promise.reject(new FileError(`${file} has 99999999 bytes, limit ${max}`, 'EFBIG', file))
          : caps.files.readBytes(file, max),
    })
    const result = await readStore(limited, store, { locked: false, today: TODAY }, signal)
    expect(result).toMatchObject({ ok: false, error: { code: 'store-io' } })
  })

  it('waits for the lock and says so when it is not given', async () => {
    const busy = withFiles({ lock: () => Promise.resolve(null) })
    const result = await readStore(busy, store, { locked: false, today: TODAY }, signal)
    expect(result).toMatchObject({ ok: false, error: { code: 'store-locked' } })
  })

  it('looks again at a file that is empty while there is no lock', async () => {
    put({ audits: '' })
    setTimeout(() => put({ audits: AUDITS }), 80)
    const unlocked = withFiles({
      lock: () => Promise.resolve({ locked: false, reason: 'no flock here', release: () => Promise.resolve() }),
    })
    const result = await readStore(unlocked, store, { locked: false, today: TODAY }, signal)
    expect(result).toMatchObject({ ok: true, value: { unlockedBecause: 'no flock here' } })
  })

  const hasFlock = spawnSync('flock', ['--version']).status === 0
  it.skipIf(!hasFlock)('holds back while another program has the lock (needs flock)', async () => {
    const holder = spawn('flock', ['-x', path.join(store, 'config.toml'), 'sh', '-c', 'echo held; sleep 0.4'])
    await new Promise(resolve => holder.stdout.once('data', resolve))
    const started = Date.now()
    expect((await load()).ok).toBe(true)
    expect(Date.now() - started).toBeGreaterThan(150)
  })
})

describe('commitStore', () => {
  const BESIDE = () => ({
    ...{ file: path.join(store, 'more/file.json') as AbsolutePath, name: 'more/file.json', text: '{}' },
    expected: 'any',
  })
  it('writes the files that differ and leaves no journal', async () => {
    const { sha256 } = await loaded()
    const ino = fs.statSync(`${store}/config.toml`).ino
    const result = await commitStore(caps, { storeDir: store, base: sha256, texts: NEXT }, signal)
    expect(result).toEqual({ ok: true, value: { written: ['audits.toml', 'config.toml'], besideBefore: [] } })
    expect(onDisk()).toEqual(NEXT)
    expect(fs.statSync(`${store}/config.toml`).ino).toBe(ino)
    expect(fs.existsSync(journalPath(caps, store))).toBe(false)
    expect((await load(true)).ok).toBe(true)
  })

  it('refuses when a file changed since, even only in its line ends', async () => {
    const { sha256 } = await loaded()
    put({ config: CONFIG.replaceAll('\n', '\r\n') })
    const before = onDisk()
    const result = await commitStore(caps, { storeDir: store, base: sha256, texts: NEXT }, signal)
    expect(result).toEqual({ ok: false, error: { code: 'store-changed', files: [`${store}/config.toml`] } })
    expect(onDisk()).toEqual(before)
  })

  it('puts the former bytes back when the disk fails halfway', async () => {
    const { sha256 } = await loaded()
    let isFull = true
    const full = withFiles({
      writeInPlace: async (file, bytes) => {
        if (file.endsWith('config.toml') && isFull) {
          isFull = false
          fs.writeFileSync(file, String(bytes).slice(0, 20))
          throw new FileError('ENOSPC: no space left on device', 'ENOSPC', file)
        }
        await caps.files.writeInPlace(file, bytes)
      },
    })
    const result = await commitStore(full, { storeDir: store, base: sha256, texts: NEXT, beside: [BESIDE()] }, signal)
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'store-io', reason: expect.stringContaining('put back') },
    })
    expect(onDisk()).toEqual(TEXTS)
    expect(fs.existsSync(path.join(store, 'more'))).toBe(false)
    expect(await loaded()).toMatchObject({ recovery: null })
  })

  it('of several files beside it writes all or none', async () => {
    const { sha256 } = await loaded()
    const other = {
      ...BESIDE(),
      file: BESIDE().file.replace(/[^/\\]+$/, 'other.json') as AbsolutePath,
      name: 'more/other.json',
    }
    const commit = { storeDir: store, base: sha256, texts: NEXT, beside: [BESIDE(), other] }
    const isThere = () => fs.existsSync(path.join(store, 'more'))
    const full = withFiles({
      writeAtomic: async (file, bytes) => {
        if (file === other.file) throw new FileError('ENOSPC: no space left on device', 'ENOSPC', file)
        await caps.files.writeAtomic(file, bytes)
      },
    })
    expect(await commitStore(full, commit, signal)).toMatchObject({ ok: false, error: { code: 'store-io' } })
    expect([onDisk(), isThere()]).toEqual([TEXTS, false])
    const stale = [BESIDE(), { ...other, expected: 'f'.repeat(64) }]
    const refused = await commitStore(caps, { ...commit, beside: stale }, signal)
    expect(refused).toMatchObject({ error: { code: 'store-changed', files: ['more/other.json'] } })
    expect([onDisk(), isThere()]).toEqual([TEXTS, false])
    const done = await commitStore(caps, commit, signal)
    expect(done).toMatchObject({ ok: true, value: { written: expect.arrayContaining([BESIDE().name, other.name]) } })
    expect(fs.readdirSync(path.join(store, 'more'))).toHaveLength(2)
  })

  it('writes nothing when the journal cannot be written', async () => {
    const { sha256 } = await loaded()
    fs.writeFileSync(path.join(folder, 'data'), 'a file where the folder should be')
    const result = await commitStore(caps, { storeDir: store, base: sha256, texts: NEXT, beside: [BESIDE()] }, signal)
    expect(result).toMatchObject({ ok: false, error: { code: 'store-io' } })
    expect(onDisk()).toEqual(TEXTS)
    expect(fs.existsSync(path.join(store, 'more'))).toBe(false)
  })

  it.skipIf(!hasCargoVet)('leaves a store that cargo vet finds formatted (needs cargo-vet)', async () => {
    const { sha256 } = await loaded()
    await commitStore(caps, { storeDir: store, base: sha256, texts: NEXT }, signal)
    const reference = openReference(TODAY)
    expect(reference.run(onDisk(), ['fmt']).texts).toEqual(NEXT)
    reference.dispose()
  })
})

describe('after a crash', () => {
  /** A write that dies at the n-th file, having written `bytes` of it. */
  async function crashAt(n: number, bytes: number): Promise<void> {
    const { sha256 } = await loaded()
    let count = 0
    const dying = withFiles({
      writeInPlace: async (file, text) => {
        if (count++ < n) return caps.files.writeInPlace(file, text)
        fs.writeFileSync(file, Buffer.from(text as string).subarray(0, bytes))
        throw new Error('the power went')
      },
    })
    await expect(commitStore(dying, { storeDir: store, base: sha256, texts: NEXT }, signal)).rejects.toThrow('power')
  }

  it.each([
    ['in the first file', 0, 0],
    ['in the middle of the first file', 0, 60],
    ['between the files', 1, 0],
    ['in the middle of the second file', 1, 70],
  ])('finishes a write that died %s', async (_, n, bytes) => {
    await crashAt(n, bytes)
    expect(onDisk()).not.toEqual(NEXT)
    const { recovery, texts } = await loaded()
    expect(recovery?.kind).toBe('completed')
    expect(texts).toEqual(NEXT)
    expect(onDisk()).toEqual(NEXT)
    expect((await loaded()).recovery).toBeNull()
  })

  it('does nothing when the user took the files back', async () => {
    await crashAt(0, 60)
    put(TEXTS)
    expect(await loaded()).toMatchObject({ recovery: null, texts: TEXTS })
    expect(fs.existsSync(journalPath(caps, store))).toBe(false)
  })

  it('leaves files alone that somebody changed since, and keeps the planned texts', async () => {
    await crashAt(1, 10)
    const edited = CONFIG.replace('[cargo-vet]', '# edited\n[cargo-vet]')
    put({ config: edited })
    const { recovery, texts } = await loaded()
    expect(texts).toEqual({ ...NEXT, config: edited })
    if (recovery?.kind !== 'kept-aside') throw new Error('not kept')
    expect(JSON.parse(fs.readFileSync(recovery.keptAt, 'utf8'))).toMatchObject({ after: NEXT })
    expect((await loaded()).recovery).toBeNull()
  })

  it('ignores a journal that is not one', async () => {
    fs.mkdirSync(path.dirname(journalPath(caps, store)), { recursive: true })
    fs.writeFileSync(journalPath(caps, store), '{"version":1,"after":')
    expect((await loaded()).texts).toEqual(TEXTS)
  })
})
