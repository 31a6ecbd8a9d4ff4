import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatInForce,
  formatInsteadOf,
  inForce,
  parseInsteadOf,
  redirect,
  ruleHint,
  ruleProblem,
  withRule,
} from './redirects.ts'

const rule = (from: string, to = 'file:///m/') => ({ from, to })

describe('a rule that is written down', () => {
  it.each<[string, string, 'from' | 'to' | null]>([
    ['https://github.com/', 'file:///mirrors/', null],
    ['https://github.com/a', 'https://mirror.example/x?y=z', null],
    ['https://github.com/', 'http://mirror.example/', null],
    ['http://github.com/', 'file:///m/', 'from'],
    ['github.com', 'file:///m/', 'from'],
    ['https://', 'file:///m/', 'from'],
    ['https://github.com/a b', 'file:///m/', 'from'],
    ['https://github.com/a,b', 'file:///m/', 'from'],
    ['https://github.com/?a=b', 'file:///m/', 'from'],
    ['https://taken.example/', 'file:///m/', 'from'],
    ['https://github.com/', '', 'to'],
    ['https://github.com/', '/mirrors/', 'to'],
    ['https://github.com/', 'ext::sh', 'to'],
    ['https://github.com/', 'file:///my mirrors/', 'to'],
    ['https://github.com/', 'file:///m\u0007/', 'to'],
    ['https://github.com/', `file:///${'m'.repeat(10_000)}`, 'to'],
  ])('%s to %s', (from, to, field) => {
    expect(ruleProblem({ from, to }, [rule('https://taken.example/')])?.field ?? null).toBe(field)
  })
  it('is read again as it was, whenever it is allowed', () => {
    const text = fc.string({ unit: fc.constantFrom(...'https:/file=, ab\n.%?'), maxLength: 20 })
    fc.assert(
      fc.property(
        fc.array(fc.record({ from: text.map(t => `https://h/${t}`), to: text.map(t => `file:///${t}`) })),
        all => {
          const kept = all.reduce<typeof all>(
            (done, one) => (ruleProblem(one, done) === null ? [...done, one] : done),
            [],
          )
          expect(parseInsteadOf(formatInsteadOf(kept))).toEqual({ ok: true, value: kept })
        },
      ),
    )
  })
  it('is explained where it may surprise', () => {
    expect(ruleHint(rule('https://a.example/'))).toBeNull()
    expect(ruleHint(rule('https://a.example/x', 'file:///m'))).toContain('every longer name')
    expect(ruleHint(rule('https://a.example/', 'file:///m'))).toContain('joined as they are')
  })
})

it('the order shown is the order in force', () => {
  const prefix = fc.constantFrom('https://a/', 'https://a/b', 'https://a/b/', 'https://b/', 'https://a/bc')
  const rules = fc.array(fc.record({ from: prefix, to: fc.constantFrom('file:///1', 'file:///2', 'file:///3') }))
  fc.assert(
    fc.property(rules, fc.constantFrom('https://a/b/c', 'https://a/bcd', 'https://b/x', 'https://c/'), (all, url) => {
      const first = inForce(all).find(one => url.startsWith(one.from))
      const expected = first === undefined ? url : first.to + url.slice(first.from.length)
      expect(redirect(url, all).url).toBe(expected)
    }),
  )
})

it('the order in force stays what it was when it is written down', () => {
  const from = fc.constantFrom('https://a/', 'https://b/', 'https://a/b', 'https://c/')
  const rules = fc.array(fc.record({ from, to: fc.constantFrom('file:///1', 'file:///2') }))
  fc.assert(
    fc.property(rules, all => {
      const read = parseInsteadOf(formatInForce(inForce(all)))
      expect(read.ok && inForce(read.value)).toEqual(inForce(all))
    }),
  )
})

it('a rule that is put back leaves the others, but for one with the same start', () => {
  const [a, b] = [rule('https://a.example/'), rule('https://b.example/')]
  expect(withRule([b], a)).toEqual([b, a])
  expect(withRule([rule('https://a.example/', 'file:///later/'), b], a)).toEqual([b, a])
})

describe('redirects', () => {
  it('are read with any white space or commas between', () => {
    expect(parseInsteadOf(' https://github.com/=file:///mirrors/,\nhttps://a.org/=https://b.org/x?y=z ')).toEqual({
      ok: true,
      value: [
        { from: 'https://github.com/', to: 'file:///mirrors/' },
        { from: 'https://a.org/', to: 'https://b.org/x?y=z' },
      ],
    })
    expect(parseInsteadOf('')).toEqual({ ok: true, value: [] })
  })
  it.each([
    'https://a.org/',
    '=file:///x',
    'https://a.org/=',
    'a=file:///x',
    'https://a.org/=ext::sh',
    'https://a.org/=-x',
  ])('refuse %j', text => expect(parseInsteadOf(text).ok).toBe(false))
  it('the longest prefix wins, whatever the order', () => {
    const rules = [
      { from: 'https://github.com/', to: 'file:///all/' },
      { from: 'https://github.com/owner/', to: 'file:///one/' },
    ]
    for (const list of [rules, rules.toReversed()]) {
      expect(redirect('https://github.com/owner/name', list)).toEqual({ url: 'file:///one/name', isRedirected: true })
      expect(redirect('https://github.com/x/name', list)).toEqual({ url: 'file:///all/x/name', isRedirected: true })
    }
    expect(redirect('https://a.org/x', rules)).toEqual({ url: 'https://a.org/x', isRedirected: false })
  })
})
