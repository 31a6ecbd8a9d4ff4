/** The private clone of a team's branch, with the real git: what fetching leaves in it, and what tidying makes of that. */
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { openClone, type Clone } from './clone.ts'

let box: Sandbox
let clone: Clone
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.invalid', ...args], { cwd, encoding: 'utf8' })

beforeEach(async () => {
  box = createSandbox()
  box.write({ 'origin/a.ndjson': 'first\n' })
  git(box.at('origin'), 'init', '--quiet', '--initial-branch', 'assay/team')
  clone = await openClone(
    box.caps,
    box.at('clone'),
    { address: `file://${box.at('origin')}`, branch: 'assay/team' },
    { config: [], knowsSigners: false },
  )
})
afterEach(() => box.dispose())

async function commitAndFetch(text: string): Promise<void> {
  box.write({ 'origin/a.ndjson': text })
  git(box.at('origin'), 'add', '.')
  git(box.at('origin'), 'commit', '--quiet', '--message', text)
  expect(await clone.fetch(quietRun())).toMatchObject({ ok: true })
}
const count = (name: string): number =>
  Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(git(box.at('clone'), 'count-objects', '-v'))?.[1])

it('keeps what it fetches in packs, whose size is watched while they come', async () => {
  await commitAndFetch('first')
  await commitAndFetch('second')
  expect([count('count'), count('packs')]).toEqual([0, 2])
})

it('makes one pack of many, and loses nothing', async () => {
  for (let i = 0; i < 51; i++) await commitAndFetch(`line ${i}`)
  expect(count('packs')).toBe(51)
  await clone.tidy(quietRun())
  expect(count('packs')).toBe(1)
  const tip = await clone.tip(quietRun())
  const all = await clone.commitsBetween(null, tip ?? '', quietRun())
  expect(all.ok && all.value).toHaveLength(51)
}, 60_000)

it('leaves a few packs alone', async () => {
  for (let i = 0; i < 3; i++) await commitAndFetch(`line ${i}`)
  await clone.tidy(quietRun())
  expect(count('packs')).toBe(3)
})
