/**
 * What an attacker can change between a repository and a published archive (provenance.md 6.5), one change at a time:
 * each has to be found and named by its reason code. The untouched archive is a match without any warning.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { makeChecker, type Checker, type CheckOptions } from './testing/checker.ts'
import { bomb, gzipMember } from './testing/tamper.ts'
import {
  indexLine,
  makeWorld,
  manifest,
  missingTools,
  PUBLISHED_AT,
  tamper,
  TamperedCrate,
  type TestRepository,
  type World,
} from './testing/world.ts'

const NAME = { crate: 'victim', version: '1.0.0' }

describe.skipIf(missingTools !== null)(`the tamper matrix (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let checker: Checker
  let repository: TestRepository
  let archive: Uint8Array
  /** A server is not asked again within a minute: a refresh happens later. */
  let laterMs = 0
  beforeAll(async () => {
    world = await makeWorld('tamper')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' }, () => Date.now() + laterMs)
    checker = makeChecker(world, box.caps, quietRun())
    const leaf = await world.repository('t/leaf', {
      'Cargo.toml': manifest('leaf', '0.3.1', world.url('t/leaf')),
      'src/lib.rs': '',
    })
    await world.publish(await leaf.package(), '2026-04-01T00:00:00Z')
    repository = await world.repository('t/victim', {
      'Cargo.toml': manifest('victim', '1.0.0', world.url('t/victim'), '[dependencies]\nleaf = "0.3"\n'),
      LICENSE: 'Do as you like.\n',
      'README.md': '# victim\n',
      'benches/bench.rs': 'fn main() { println!("bench") }\n',
      'src/lib.rs': 'pub fn f() -> u8 { 1 }\n',
      'src/table.rs': 'pub const TABLE: [u8; 1] = [1];\n',
    })
    await repository.tag('v1.0.0', { message: 'Release' })
    archive = await repository.package()
  })
  afterAll(async () => {
    await checker.mirrors.close()
    box.dispose()
    await world.dispose()
  })

  const check = (bytes: Uint8Array, options?: CheckOptions) => {
    if (options?.refresh) laterMs += 3_600_000
    return checker.check(bytes, options)
  }
  const codes = (record: ProvenanceRecord) => record.reasons.map(reason => reason.code)
  const file = (record: ProvenanceRecord, path: string) => record.fileResults.find(result => result.path === path)
  const serious = (record: ProvenanceRecord) => record.reasons.filter(reason => reason.weight !== 'info')

  it('finds nothing in the untouched archive', async () => {
    const record = await check(archive)
    expect(record).toMatchObject({
      outcome: 'match',
      content: 'exact',
      anchor: 'tag+branch',
      lock: { state: 'plausible' },
    })
    expect(serious(record)).toEqual([])
    // Packing it again as the tests do changes nothing either.
    expect(await check(tamper(archive, () => undefined))).toMatchObject({
      outcome: 'match',
      container: { isCargo: true },
    })
  })

  it('a source edited', async () => {
    const record = await check(tamper(archive, crate => crate.set('src/lib.rs', 'pub fn f() -> u8 { 2 }\n')))
    expect(record).toMatchObject({ outcome: 'mismatch', content: 'differs', files: { differing: 1 } })
    expect(file(record, 'src/lib.rs')).toMatchObject({ state: 'differs', isCode: true, concern: 2 })
    expect(record.reasons[0]).toMatchObject({ code: 'code-differs', weight: 'alarm', about: ['src/lib.rs'] })
  })

  it('a file added', async () => {
    const record = await check(tamper(archive, crate => crate.add('build.rs', 'fn main() {}\n')))
    expect(record).toMatchObject({ outcome: 'mismatch', files: { onlyInCrate: 1 } })
    expect(file(record, 'build.rs')).toMatchObject({ state: 'only-in-crate', isCode: true, concern: 1 })
    expect(codes(record)).toContain('code-only-in-crate')
  })

  it('the original manifest edited', async () => {
    const edited = tamper(archive, crate => crate.set('Cargo.toml.orig', old => old.replace('MIT', 'ISC')))
    const record = await check(edited)
    expect(record.outcome).toBe('mismatch')
    expect(file(record, 'Cargo.toml.orig')).toMatchObject({ state: 'differs' })
    expect(codes(record)).toContain('files-differ')
  })

  it('a file replaced by another file of the tree', async () => {
    const record = await check(tamper(archive, crate => crate.set('src/lib.rs', crate.text('benches/bench.rs'))))
    expect(record.outcome).toBe('mismatch')
    expect(file(record, 'src/lib.rs')).toMatchObject({ state: 'differs' })
  })

  it('carriage returns put in', async () => {
    const record = await check(tamper(archive, crate => crate.set('src/lib.rs', old => old.replaceAll('\n', '\r\n'))))
    expect(record).toMatchObject({ outcome: 'match-line-endings', content: 'line-endings' })
    expect(file(record, 'src/lib.rs')).toMatchObject({ state: 'line-endings', concern: 9 })
    expect(codes(record)).toContain('line-endings')
  })

  const generatedManifests: [string, (old: string) => string, string][] = [
    ['another build script', old => old.replace('build = false', 'build = "benches/bench.rs"'), 'build'],
    ['a dependency more', old => `${old}\n[dependencies.evil]\nversion = "1"\n`, 'evil'],
    ['another library file', old => old.replace('path = "src/lib.rs"', 'path = "src/table.rs"'), 'table'],
    ['a native library to link', old => old.replace('version = "1.0.0"', 'version = "1.0.0"\nlinks = "evil"'), 'links'],
  ]
  it.each(generatedManifests)('the generated manifest with %s', async (_what, edit, named) => {
    const edited = tamper(archive, crate => crate.set('Cargo.toml', edit))
    // Whether the registry saw it (its line says the same) or not.
    for (const line of [indexLine(edited, PUBLISHED_AT), indexLine(edited, PUBLISHED_AT, archive)]) {
      const record = await check(edited, { line })
      expect(record).toMatchObject({ outcome: 'mismatch', manifest: { state: 'unexplained' } })
      expect(record.manifest.differences.join('\n')).toContain(named)
      expect(file(record, 'Cargo.toml')).toMatchObject({ state: 'differs' })
      expect(codes(record)).toContain('manifest-unexplained')
    }
  })

  it('the generated manifest against what the registry says', async () => {
    const edited = tamper(archive, crate =>
      crate.set('Cargo.toml', old => `${old}\n[dependencies.evil]\nversion = "1"\n`),
    )
    const record = await check(edited, { line: indexLine(edited, PUBLISHED_AT, archive) })
    expect(record.manifest.index).toBe('differs')
    expect(codes(record)).toContain('manifest-differs-from-index')
    expect((await check(edited)).manifest.index).toBe('equal')
    // The other way round: what cargo resolves and builds has a dependency that no file of the archive names.
    const hidden = await check(archive, { line: indexLine(archive, PUBLISHED_AT, edited) })
    expect(hidden).toMatchObject({ outcome: 'mismatch', manifest: { state: 'explained', index: 'differs' } })
    expect(file(hidden, 'Cargo.toml')).toMatchObject({ state: 'differs', isCode: true, concern: 3 })
  })

  const locks: [string, (old: string) => string][] = [
    ['another checksum', old => old.replace(/checksum = "[0-9a-f]{8}/, 'checksum = "00000000')],
    ['another source', old => old.replace(/source = "registry[^"]*"/, 'source = "git+https://git.example.org/evil#0"')],
  ]
  it.each(locks)('the lock file with %s', async (_what, edit) => {
    const record = await check(tamper(archive, crate => crate.set('Cargo.lock', edit)))
    expect(record).toMatchObject({ outcome: 'mismatch', lock: { state: 'implausible' } })
    expect(codes(record)).toContain('lock-implausible')
    expect(file(record, 'Cargo.lock')).toMatchObject({ state: 'differs' })
  })

  it('a file of the tree copied to a new path', async () => {
    const record = await check(tamper(archive, crate => crate.add('src/evil.rs', crate.text('LICENSE'))))
    expect(record).toMatchObject({ outcome: 'mismatch', files: { onlyInCrate: 1 } })
    expect(file(record, 'src/evil.rs')).toMatchObject({ state: 'only-in-crate', concern: 1 })
  })

  it('a source left out', async () => {
    const record = await check(
      tamper(archive, crate => crate.remove('src/table.rs')),
      { level: 'rebuild' },
    )
    expect(file(record, 'src/table.rs')).toMatchObject({ state: 'only-in-repository' })
    expect(
      serious(record)
        .map(reason => reason.about)
        .flat(),
    ).toContain('src/table.rs')
    expect(record.rebuild).toMatchObject({ result: 'differs' })
    expect(record.rebuild?.detail).toContain('src/table.rs is only in the rebuilt archive')
  })

  it('a commit of a pull request (impostor)', async () => {
    const evil = { 'src/lib.rs': 'pub fn f() -> u8 { 66 }\n' }
    const proposal = await repository.pullRequest(1, evil, 'Release 1.0.0')
    const forged = tamper(archive, crate =>
      crate
        .set('src/lib.rs', evil['src/lib.rs'])
        .set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, proposal)),
    )
    const record = await check(forged)
    expect(record).toMatchObject({ outcome: 'match', content: 'exact', anchor: 'outside-branches', commit: proposal })
    expect(record.reasons[0]).toMatchObject({ code: 'outside-branches', weight: 'alarm' })
    expect(record.anchorDetail).toMatchObject({ reachableFrom: 'none', tag: { pointsHere: false, sameTree: false } })
  })

  it('the same without VCS info: the search does not look at pull requests', async () => {
    await repository.pullRequest(2, { 'src/lib.rs': 'pub fn f() -> u8 { 67 }\n' })
    const forged = tamper(archive, crate =>
      crate.set('src/lib.rs', 'pub fn f() -> u8 { 67 }\n').remove('.cargo_vcs_info.json'),
    )
    const record = await check(forged, { refresh: true })
    expect(record).toMatchObject({ outcome: 'no-vcs-info', fallback: { outcome: 'mismatch' } })
    expect(file(record, 'src/lib.rs')).toMatchObject({ state: 'differs' })
  })

  it.each(['', 'crates/parked'])('a second package parked in a sub-folder, the own one in "%s"', async own => {
    const name = own === '' ? 'parked' : 'parked-member'
    const at = own === '' ? '' : `crates/${name}/`
    const repository = await world.repository(`t/${name}`, {
      ...(own === '' ? {} : { 'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n' }),
      [`${at}Cargo.toml`]: manifest(name, '1.0.0', world.url(`t/${name}`)),
      [`${at}src/lib.rs`]: 'pub fn good() {}\n',
      'fixtures/evil/Cargo.toml': `${manifest(name, '1.0.0', world.url(`t/${name}`))}[workspace]\n`,
      'fixtures/evil/src/lib.rs': 'pub fn bad() {}\n',
    })
    await repository.tag('v1.0.0')
    expect(serious(await check(await repository.package({ folder: at })))).toEqual([])
    const record = await check(await repository.package({ folder: 'fixtures/evil' }))
    expect(record).toMatchObject({ content: 'exact', path: 'fixtures/evil' })
    expect(record.reasons[0]).toMatchObject({
      code: 'second-package',
      weight: 'alarm',
      about: ['fixtures/evil', at.slice(0, -1)],
    })
  })

  it('the files of another package of the repository under this name', async () => {
    const repository = await world.repository('t/two', {
      'Cargo.toml': manifest('two', '1.0.0', world.url('t/two')),
      'src/lib.rs': 'pub fn good() {}\n',
      'fixtures/evil/Cargo.toml': `${manifest('evil', '9.9.9', world.url('t/two'))}[workspace]\n`,
      'fixtures/evil/src/lib.rs': 'pub fn bad() {}\n',
    })
    const evil = new TamperedCrate(await repository.package({ folder: 'fixtures/evil' }))
    const forged = tamper(await repository.package(), crate =>
      crate
        .set('src/lib.rs', evil.text('src/lib.rs'))
        .set('Cargo.toml.orig', evil.text('Cargo.toml.orig'))
        .set('.cargo_vcs_info.json', evil.text('.cargo_vcs_info.json')),
    )
    const record = await check(forged)
    expect(record.outcome).toBe('mismatch')
    expect(codes(record)).toEqual(expect.arrayContaining(['package-name-differs', 'manifest-unexplained']))
  })

  it('a tarball packed by hand with the right contents', async () => {
    const byHand = tamper(archive, crate =>
      crate.restamp({ uid: 1000, owner: 'mallory', mode: 0o664, mtime: () => 1_777_000_000, magic: 'ustar' }),
    )
    const record = await check(byHand)
    expect(record).toMatchObject({ outcome: 'archive-anomaly', content: 'exact', container: { isCargo: false } })
    expect(codes(record)).toContain('container-not-cargo')
  })

  it('a container of another time', async () => {
    // The fields of cargo 1.50 to 1.53 beside files of a later one.
    const mixed = await check(tamper(archive, crate => crate.restamp({ mtime: () => 0 })))
    expect(mixed).toMatchObject({ outcome: 'archive-anomaly', container: { isCargo: false } })
    // No cargo of 2020 wrote this.
    const early = await check(archive, { publishedAt: '2020-01-01T00:00:00Z' })
    expect(codes(early)).toContain('container-contradicts-date')
  })

  it('a tag that moved since the last check', async () => {
    const moving = await world.repository('t/moving', {
      'Cargo.toml': manifest('moving', '1.0.0', world.url('t/moving')),
      'src/lib.rs': '',
    })
    await moving.tag('v1.0.0')
    const bytes = await moving.package()
    const before = await check(bytes)
    expect(before).toMatchObject({ outcome: 'match', anchorDetail: { tag: { pointsHere: true } } })
    const elsewhere = await moving.commit({ 'src/lib.rs': '// moved\n' })
    await moving.tag('v1.0.0', { force: true })
    const record = await check(bytes, { previous: before, refresh: true })
    expect(record.anchorDetail.tag).toMatchObject({ commit: elsewhere, pointsHere: false })
    expect(record.reasons).toContainEqual(expect.objectContaining({ code: 'tag-moved', weight: 'alarm' }))
  })

  it('the bytes behind an equal id are compared as well', async () => {
    const record = await check(archive)
    expect(record.identity).toBe('bytes')
  })

  describe('archives that no upload lets through today (6.4)', () => {
    const second = (bytes: Uint8Array, more: Uint8Array) => Buffer.concat([bytes, more])
    const rows: [code: string, what: string, edit: (bytes: Uint8Array) => Uint8Array][] = [
      ['duplicate-name', 'a name twice', b => tamper(b, c => c.add('src/lib.rs', 'pub fn evil() {}\n'))],
      ['parent-path', 'a path upward', b => tamper(b, c => c.addRaw(`${c.prefix}../evil`, 'x'))],
      ['absolute-path', 'an absolute path', b => tamper(b, c => c.addRaw('/tmp/evil', 'x'))],
      ['foreign-prefix', 'another top folder', b => tamper(b, c => c.addRaw('other-1.0.0/evil', 'x'))],
      ['link', 'a symbolic link', b => tamper(b, c => c.addRaw(`${c.prefix}l`, '', 'link', '/etc/passwd'))],
      ['link', 'a hard link', b => tamper(b, c => c.addRaw(`${c.prefix}h`, '', 'hard-link', '/etc/passwd'))],
      ['special-file', 'a pipe', b => tamper(b, c => c.addRaw(`${c.prefix}p`, '', 'fifo'))],
      ['folder-entry', 'a folder', b => tamper(b, c => c.addRaw(`${c.prefix}d/`, '', 'folder'))],
      ['second-gzip-member', 'a second gzip member', b => second(b, evilMember(b))],
      ['trailing-bytes', 'bytes after the end', b => second(b, Buffer.from('evil'))],
      ['data-after-end', 'entries after the end', b => tamper(b, c => (c.end = Buffer.concat([c.end, evilTar(b)])))],
      ['pax-path', 'a name in a PAX record', b => tamper(b, c => c.pax('src/lib.rs', { path: `${c.prefix}src/l.rs` }))],
      ['case-collision', 'names that differ by case', b => tamper(b, c => c.add('src/LIB.rs', 'x'))],
      ['cargo-ok-file', 'the mark of an unpacked crate', b => tamper(b, c => c.add('.cargo-ok', 'ok'))],
      ['odd-name', 'a name with a line break', b => tamper(b, c => c.add('src/a\nb.rs', 'x'))],
      ['odd-name', 'a name with a backslash', b => tamper(b, c => c.add('src\\a.rs', 'x'))],
      ['name-not-utf8', 'a name that is no text', b => tamper(b, c => c.addRaw(badName(c), 'x'))],
    ]
    const evilTar = (bytes: Uint8Array) => new TamperedCrate(bytes).tar()
    const evilMember = (bytes: Uint8Array) => gzipMember(new TamperedCrate(bytes).gzipHeader, evilTar(bytes))
    const badName = (crate: TamperedCrate) =>
      Buffer.concat([Buffer.from(`${crate.prefix}src/`), Buffer.from([0xff, 0xfe])])

    it.each(rows)('%s: %s', async (code, _what, edit) => {
      const record = await check(edit(archive), { line: indexLine(archive, PUBLISHED_AT), ...NAME })
      expect(record.outcome).toBe(record.content === 'exact' ? 'archive-anomaly' : 'mismatch')
      const found = record.reasons.find(reason => reason.code === `archive-${code}`)
      expect(found, codes(record).join(' ')).toBeDefined()
      expect(found?.weight).not.toBe('info')
    })

    it('too-large: a bomb', async () => {
      const record = await check(bomb(archive, 600), { line: indexLine(archive, PUBLISHED_AT), ...NAME })
      expect(record.outcome).toBe('archive-anomaly')
      expect(codes(record)).toContain('archive-too-large')
    })

    it.each([
      ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 100)],
      ['no archive', () => Buffer.from('<html>not found</html>')],
      ['empty', () => new Uint8Array()],
    ])('%s', async (_what, edit) => {
      const record = await check(edit(archive), {
        line: indexLine(archive, PUBLISHED_AT),
        crate: 'victim',
        version: '1.0.0',
      })
      expect(record.outcome).toBe('archive-anomaly')
    })
  })
})
