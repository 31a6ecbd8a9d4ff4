import { expect, it } from 'vitest'
import { errorJson } from './error-json.ts'

it('errorJson keeps cargo-vet’s layout for a plain message', () => {
  expect(errorJson({ code: 'package-unknown', name: 'asdf', version: null })).toBe(
    `{"error": {"message": "'asdf' isn't one of your foreign packages","severity": "error","causes": [],"help": "use --force to ignore this error","labels": [],"related": []}}\n`,
  )
})

it('errorJson puts collected problems into related, with byte spans into the file’s own name', () => {
  const place = { file: '/w/supply-chain/audits.toml', line: 6, column: 12, offset: 102, length: 15 }
  const problem = {
    message: "'safe-to-dploy' is not a valid criteria name",
    help: 'the possible criteria are ["safe-to-run", "safe-to-deploy"]',
    place,
  }
  expect(errorJson({ code: 'store-invalid', problems: [problem] })).toBe(
    `{"error": {"message": "Your cargo-vet store (supply-chain) has consistency errors","severity": "error","causes": [],"labels": [],"related": [{"message": "'safe-to-dploy' is not a valid criteria name","severity": "error","causes": [],"help": "the possible criteria are [\\"safe-to-run\\", \\"safe-to-deploy\\"]","filename": "audits.toml","labels": [{"span": {"offset": 102,"length": 15}}],"related": []}]}}\n`,
  )
})

it('errorJson is one line of JSON whatever the text', () => {
  const text = errorJson({ code: 'internal', message: 'a "b"\n\\c\u0007' })
  expect(text.indexOf('\n')).toBe(text.length - 1)
  expect(JSON.parse(text)).toMatchObject({ error: { causes: ['a "b"', '\\c\u0007'] } })
})
