/**
 * What the files say, read into values: every key, what is dropped, what is refused and where that is said to be,
 * and that the two readers see the same. No cargo-vet needed; store-reference.test.ts compares with the real one.
 */
import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { storeProblemText, type Failure } from '../../../shared/failure.ts'
import { parseAuditsFile, parseConfigFile, parseImportsFile, parseStore } from './parse-store.ts'
import { readCanonicalLines } from './toml-lines.ts'
import { readAnyToml } from './toml-text.ts'
import { renderStore } from './write-store.ts'

const HASH = 'a'.repeat(40)
const crate = (name: string) => brand<'CrateName'>(name)

function value<T>(result: { ok: true; value: T } | { ok: false; error: Failure }): T {
  if (!result.ok) throw new Error(lines(result.error).join('\n'))
  return result.value
}
/** Each problem as `file:line:column: message`. */
function lines(failure: Failure): string[] {
  if (failure.code === 'store-toml') return [storeProblemText(failure.problem)]
  return failure.code === 'store-invalid' ? failure.problems.map(storeProblemText) : [failure.code]
}
const audits = (text: string) => value(parseAuditsFile(text, 'audits.toml', 'own')).audits
const auditProblems = (text: string): string[] => {
  const result = parseAuditsFile(text, 'audits.toml', 'own')
  return result.ok ? [] : lines(result.error)
}
const configProblems = (text: string): string[] => {
  const result = parseConfigFile(text, 'config.toml')
  return result.ok ? [] : lines(result.error)
}

describe('audits.toml', () => {
  it('reads every kind of audit', () => {
    const { audits: byCrate } = audits(`
[[audits.a]]
who = ["Alice", "Bob"]
criteria = "safe-to-run"
version = "1.0.0 @ git:${HASH}"
importable = false
notes = """
two
lines"""
aggregated-from = "https://x"

[[audits.a]]
delta = "1.0.0->2.0.0"

[[audits.a]]
criteria = []
violation = ">= 3.0 , <4"
`)
    const empty = { who: [], criteria: [], importable: true, notes: null, aggregatedFrom: [] }
    expect(byCrate.get(crate('a'))).toEqual([
      {
        who: ['Alice', 'Bob'],
        criteria: ['safe-to-run'],
        kind: { kind: 'full', version: `1.0.0@git:${HASH}` },
        importable: false,
        notes: 'two\nlines',
        aggregatedFrom: ['https://x'],
      },
      { ...empty, kind: { kind: 'delta', from: '1.0.0', to: '2.0.0' } },
      { ...empty, kind: { kind: 'violation', range: '>=3.0, <4' } },
    ])
  })

  it('reads publishers, dates and unknown keys of wildcard and trusted entries', () => {
    const file = audits(`
[audits]
[[wildcard-audits.w]]
criteria = ["a", "b"]
user-id = 9223372036854775807
start = "2022-1-9"
end = "2023-01-01"
renew = false
more = { x = [1, 2.5, 2020-01-01] }
[[trusted.t]]
criteria = "a"
trusted-publisher = "github:o/r"
user-id = 1.0
start = "2020-02-29"
end = "2021-01-01"
`)
    expect(file.wildcardAudits.get(crate('w'))).toMatchObject([
      { publisher: { kind: 'user', userId: 9223372036854775807n }, start: '2022-01-09', renew: false, who: [] },
    ])
    expect(file.trusted.get(crate('t'))).toMatchObject([
      { publisher: { kind: 'trusted-publisher', signature: 'github:o/r' }, start: '2020-02-29' },
    ])
  })

  it.each([
    ['[[audits.a]]\nversion = "1.0"\n', "audits.toml:2:11: '1.0' is not a version: unexpected end of input"],
    ['[[audits.a]]\nversion = "1.0.0"\nwhom = "x"\n', "audits.toml:3:1: unknown key 'whom'"],
    ['[[audits.a]]\nnotes = "x"\n', "audits.toml:1:10: an audit must have exactly one of 'version'"],
    ['[[audits.a]]\nversion = "1.0.0"\nviolation = "*"\n', 'audits.toml:1:10: an audit must have exactly one of'],
    ['[[audits.a]]\ndelta = "1.0.0"\n', "audits.toml:2:9: 'delta' must be a delta of the form 'VERSION -> VERSION'"],
    ['[[audits.a]]\nviolation = "1 || 2"\n', "audits.toml:2:13: '1 || 2' is not a version requirement: expected comma"],
    [
      '[[audits.a]]\nversion = "1.0.0"\ncriteria = ["x", 1]\n',
      "audits.toml:3:18: 'criteria' must hold strings, found a number",
    ],
    ['[audits.a]\nversion = "1.0.0"\n', "audits.toml:1:9: 'audits.a' must be a list of tables, found a table"],
    ['[audits]\n[criteria.x]\nimply = "y"\n', "audits.toml:3:1: unknown key 'imply'"],
    [
      '# ünï\n[audits]\n[[trusted."é"]]\ncriteria = "x"\n',
      "audits.toml:3:11: missing 'user-id' or 'trusted-publisher'",
    ],
    [
      '[audits]\n[[trusted.a]]\nuser-id = 9223372036854775808\n',
      'audits.toml:3:11: 9223372036854775808 does not fit 64 bits',
    ],
    ['[audits]\n[[trusted.a]]\nstart = 2020-01-01\n', "audits.toml:3:9: 'start' must be a date in quotes"],
    ['[audits]\n[[trusted.a]]\nstart = "2023-02-29"\n', "audits.toml:3:9: '2023-02-29' is not a date"],
    ['[criteria.x]\n', "audits.toml:1:1: missing the table 'audits'"],
    ['[audits]\nx = "\\e"\n', 'audits.toml:2:6: not valid TOML 1.0: unknown escape \\e'],
    ['[audits]\nx = { a = 1, }\n', 'audits.toml:2:12: not valid TOML 1.0: a comma after the last entry'],
    ['[audits]\n[audits]\n', 'audits.toml:2:2: not valid TOML: trying to redefine'],
    ['[audits]\r\n[[audits.a]]\r\nversion = "1"\r\n', "audits.toml:3:11: '1' is not a version"],
    ['[audits]\nx = "a\n', 'audits.toml:2:7: not valid TOML: the string is not closed on its line'],
  ])('refuses %j', (text, want) => {
    expect(auditProblems(text).join('\n')).toContain(want)
  })

  it('gives byte offsets, as cargo-vet does', () => {
    const result = parseAuditsFile('# ünï\n[[audits."é"]]\nversion = "x"\n', 'a', 'own')
    const problem = !result.ok && result.error.code === 'store-invalid' ? result.error.problems[0] : null
    expect(problem?.place).toEqual({ file: 'a', line: 3, column: 11, offset: 34, length: 3 })
  })

  it('reports all problems of a file, up to a limit', () => {
    expect(auditProblems('[[audits.a]]\nversion = 1\ncriteria = 2\nwho = 3\n')).toHaveLength(3)
    expect(auditProblems('[[audits.a]]\n'.repeat(500))).toHaveLength(50)
  })

  it('keeps messages short and harmless', () => {
    const [message = ''] = auditProblems(`[[audits.a]]\nversion = "\\u001b[2J\\u202e${'x'.repeat(5_000)}"\n`)
    expect(message).toContain('\\u{1b}[2J\\u{202e}xxx')
    expect(message.length).toBeLessThan(300)
  })

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'])('survives a table called %s', name => {
    const text = `[[audits.${name}]]\nversion = "1.0.0"\n[criteria.${name}]\ncall = 1\n`
    expect(auditProblems(text)).toEqual(["audits.toml:4:1: unknown key 'call'"])
    expect(typeof Object.prototype.toString.call).toBe('function')
    expect([...audits(`[[audits.${name}]]\nversion = "1.0.0"\n`).audits.keys()]).toEqual([name])
  })
})

describe("a peer's audits.toml", () => {
  it('skips what it does not know and counts it', () => {
    const text = `
[criteria.good]
implies = ["safe-to-run", "gone"]
[criteria.newer]
shape = "round"
[[audits.a]]
criteria = ["good", "gone"]
version = "1.0.0"
[[audits.a]]
criteria = "gone"
version = "1.0.0"
[[audits.a]]
criteria = "good"
version = "1.0.0"
mood = "fine"
[[audits.b]]
criteria = "good"
version = "1.0.0"
importable = false
[[trusted.t]]
criteria = "gone"
user-id = 1
start = "2020-01-01"
end = "2021-01-01"
`
    const peer = value(parseAuditsFile(text, 'peer.toml', 'peer'))
    expect([peer.ignoredCriteria, peer.ignoredAudits]).toEqual([['newer'], ['a', 'a']])
    expect(peer.audits.criteria.get('good')?.implies).toEqual(['safe-to-run'])
    expect([...peer.audits.audits]).toMatchObject([['a', [{ criteria: ['good'] }]]])
    expect(peer.audits.trusted.size).toBe(0)
  })

  it('needs no [audits], and fails where the outer shape is wrong', () => {
    expect(value(parseAuditsFile('', 'p', 'peer')).audits.audits.size).toBe(0)
    expect(parseAuditsFile('audits = 1', 'p', 'peer').ok).toBe(false)
  })
})

describe('config.toml', () => {
  it('reads every key', () => {
    const config = value(
      parseConfigFile(
        `
default-criteria = "safe-to-run"
unknown = 1
[cargo-vet]
version = "0.10"
[imports.peer]
url = ["https://a", "https://b"]
exclude = ["x"]
[imports.peer.criteria-map]
theirs = ["ours", "more"]
[policy.first]
audit-as-crates-io = false
criteria = []
dev-criteria = "safe-to-run"
dependency-criteria = { a = "x", b = ["x", "y"] }
[policy."v:10.0.0"]
[policy."v:2.0.0"]
notes = "n"
[[exemptions.e]]
version = "1.0.0"
criteria = "safe-to-run"
suggest = false
`,
        'config.toml',
      ),
    )
    expect(config).toMatchObject({ storeVersion: { major: 0, minor: 10 }, defaultCriteria: 'safe-to-run' })
    expect(config.imports.get('peer')).toEqual({
      url: ['https://a', 'https://b'],
      exclude: ['x'],
      criteriaMap: new Map([['theirs', ['ours', 'more']]]),
    })
    expect([...config.policy.keys()]).toEqual(['first', 'v:10.0.0', 'v:2.0.0'])
    expect(config.policy.get('first')).toEqual({
      auditAsCratesIo: false,
      criteria: [],
      devCriteria: ['safe-to-run'],
      dependencyCriteria: new Map([
        ['a', ['x']],
        ['b', ['x', 'y']],
      ]),
      notes: null,
    })
    expect(config.policy.get('v:10.0.0')?.criteria).toBeNull()
    expect(config.exemptions.get(crate('e'))).toEqual([
      { version: '1.0.0', criteria: ['safe-to-run'], suggest: false, notes: null },
    ])
  })

  it('takes a missing version as 0.4 and the old name of exemptions', () => {
    const config = value(parseConfigFile('[[unaudited.e]]\nversion = "1.0.0"\n', 'c'))
    expect([config.storeVersion, config.exemptions.size]).toEqual([{ major: 0, minor: 4 }, 1])
  })

  it.each([
    ['[cargo-vet]\n', "config.toml:1:2: missing 'version'"],
    ['[cargo-vet]\nversion = "0.10.1"\n', "config.toml:2:11: '0.10.1' is not a store version"],
    ['[cargo-vet]\nversion = "1"\n', "config.toml:2:11: '1' is not a store version"],
    ['[cargo-vet]\nversion = 0.10\n', "config.toml:2:11: 'version' must be a string, found a number"],
    ['[unaudited]\n[exemptions]\n', "config.toml:1:2: duplicate of 'exemptions'"],
    ['[policy.a]\n[policy."a:1.0.0"]\n', 'config.toml:2:9: cannot mix versioned and unversioned policies for a'],
    ['[policy."a:1"]\n', "config.toml:1:9: the version of policy 'a:1' is wrong"],
    ['[imports.p]\n', "config.toml:1:10: missing 'url'"],
    [
      '[imports.p]\nurl = "x"\nexclude = "y"\n',
      "config.toml:3:11: 'exclude' must be a list of strings, found a string",
    ],
  ])('refuses %j', (text, want) => {
    expect(configProblems(text)).toEqual([expect.stringContaining(want)])
  })
})

describe('imports.lock', () => {
  it('reads unpublished rows, publishers and stored audits', () => {
    const imports = value(
      parseImportsFile(
        `
[[unpublished.u]]
version = "1.0.1"
audited_as = "1.0.0"
[[publisher.p]]
version = "1.0.0"
when = "2020-01-01"
user-id = 5
user-login = "alice"
trusted-publisher = "ignored"
[[publisher.p]]
version = "1.0.1"
when = "2020-01-02"
user-id = 5
trusted-publisher = "github:o/r"
[audits.peer.audits]
`,
        'imports.lock',
      ),
    )
    expect([...imports.unpublished.values()]).toEqual([[{ version: '1.0.1', auditedAs: '1.0.0' }]])
    expect([...imports.publisher.values()].flat().map(row => row.source)).toEqual([
      { kind: 'user', userId: 5n, login: 'alice', name: null },
      { kind: 'trusted-publisher', signature: 'github:o/r' },
    ])
    expect([...imports.audits.keys()]).toEqual(['peer'])
  })
})

describe('parseStore', () => {
  it('collects problems over all files', () => {
    const texts = { config: '[policy.a]\ncriteria = 1\n', audits: '[[audits.a]]\n', imports: '[audits.p]\n' }
    const result = parseStore(texts, { config: 'C', audits: 'A', imports: 'I' })
    expect(result.ok ? [] : lines(result.error)).toEqual([
      expect.stringContaining('C:2:12: '),
      expect.stringContaining('A:1:10: '),
      expect.stringContaining("I:1:9: missing the table 'audits'"),
    ])
  })
})

describe('the line reader', () => {
  const plain = (tree: unknown): unknown =>
    JSON.parse(JSON.stringify(tree, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)))

  it.each([
    '\n# c\n\n[a.b]\nk = "v"\n\n[[c."d e"]]\nid = 12 # Name (login)\nb = true\n',
    'a = ["x", \'y "z"\']\nb = [\n    "x",\n    \'y\',\n]\nc = []\nd = { e = "f", "g h" = ["i", "j"], k = [] }\n',
    'a = """\nx "y" \\"""z\n"""\nb = \'\'\'\nq\'\'\'\'\'\n',
    'c = """a\\tb \'q\' "d""""\nd = "t\\t\\u001f\\\\"\n',
    '[audits]\n',
    '',
  ])('reads %j as the other reader does', text => {
    const slow = readAnyToml(text, 'x')
    expect(plain(readCanonicalLines(text))).toEqual(plain(slow.ok ? slow.value : slow.error))
  })

  it.each([
    'a = 1.0\n',
    'a = 01\n',
    'a = 1 2\n',
    'a = "x" # y\n',
    'a="x"\n',
    ' a = "x"\n',
    'a = "x"\r\n',
    'a = "x"\na = "y"\n',
    '[a]\n[a]\n',
    '[[a]]\n[a]\n',
    'a = []\n[[a]]\n',
    'a = { b = "c" }\n[a.d]\n',
    'a.b = "c"\n',
    'a = "\\q"\n',
    'a = "\\ud800"\n',
    'a = """x""" # y\n',
    'a = """x\n',
    'a = """\\\n  x"""\n',
    'a = "b"c"\n',
    'a = ["x"\n',
    'a = [\n    "x"\n]\n',
    'a = { b = "c", b = "d" }\n',
    '__proto__ = "x"\n',
    '[__proto__]\n',
    '[a.]\n',
    '[a]]\n',
    '[[a]\n',
    'a = "\u0001"\n',
    '\ufeffa = "x"\n',
    'a = \n',
    'a = 2020-01-01\n',
  ])('leaves %j to the other reader', text => {
    expect(readCanonicalLines(text)).toBeNull()
  })
})

// cargo-vet lays out any key of this name inline, and a crate may have it.
it('keeps the exemptions of a crate called dependency-criteria, which stand apart from the others', () => {
  const config = `
# cargo-vet config file

[cargo-vet]
version = "0.10"

[exemptions]
dependency-criteria = [{ version = "0.0.0", criteria = "safe-to-run" }]

[[exemptions.serde]]
version = "1.0.0"
criteria = "safe-to-deploy"
`
  const texts = {
    config,
    audits: '\n# cargo-vet audits file\n\n[audits]\n',
    imports: '\n# cargo-vet imports lock\n',
  }
  const read = parseStore(texts, { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' })
  expect(read.ok && [...read.value.config.exemptions.keys()]).toEqual(['dependency-criteria', 'serde'])
  expect(read.ok && renderStore(read.value).config).toBe(config)
})
