/**
 * The real pages on a fake engine, for screenshots of states that are hard to reach: `?scenario=NAME`, see scenarios.ts.
 * Never part of a build.
 */
import { fakeTransport } from './fake-transport.ts'
import { scenarioNamed } from './scenarios.ts'

const name = new URLSearchParams(window.location.search).get('scenario') ?? 'queue'
Object.defineProperty(window, 'assay', { value: fakeTransport(scenarioNamed(name)) })
void import('../../src/renderer/main.tsx')
