/** What a door may serve, on the paths of an attacker. */
import { expect, it } from 'vitest'
import { CONTENT_POLICY, resolvePageFile } from './page-files.ts'

it.each(['/', '/index.html', '/assets/editor.worker-Cx1.js', '/assets/a_b-c.css', '/icon.svg'])(
  'serves %s',
  pathname => {
    expect(resolvePageFile('/pages', pathname)?.file).toMatch(/^\/pages\/./)
  },
)

it.each([
  'index.html',
  '/../x.js',
  '/a/../x.js',
  '/./x.js',
  '/a//x.js',
  '/%2e%2e/x.js',
  '/..\\x.js',
  '/C:/x.js',
  '/x.js::$DATA',
  '/.env.js',
  '/x.map',
  '/x.ts',
  '/x',
  '/x.js\0.html',
])('does not serve %j', pathname => {
  expect(resolvePageFile('/pages', pathname)).toBeNull()
})

it('allows no script but our own files, no eval, no frame, no form', () => {
  expect(CONTENT_POLICY).toContain("script-src 'self';")
  expect(CONTENT_POLICY).not.toContain('unsafe-eval')
  expect(CONTENT_POLICY).not.toMatch(/https?:|\*/)
})
