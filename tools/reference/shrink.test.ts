import { expect, it } from 'vitest'
import { generateCase } from './generate.ts'
import { shrinkCase } from './shrink.ts'

it('keeps what makes the difference and drops the rest', async () => {
  for (let seed = 600; ; seed++) {
    const subject = generateCase(seed)
    const audits = subject.store.audits.match(/\[\[audits\./g) ?? []
    const wanted = /\[\[exemptions\.([^\]]+)\]\]/.exec(subject.store.config)?.[1]
    if (audits.length < 5 || wanted === undefined || subject.commands[0] === undefined) continue
    const small = await shrinkCase(subject, subject.commands[0], async smaller =>
      smaller.store.config.includes(`[[exemptions.${wanted}]]`),
    )
    expect(small.store.config.match(/^\[\[?(?!cargo-vet)/gm)).toHaveLength(1)
    expect(small.store.audits).not.toContain('[[')
    expect(small.commands).toEqual([subject.commands[0]])
    return
  }
})
