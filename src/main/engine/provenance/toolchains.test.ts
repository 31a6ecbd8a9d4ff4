import { describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { chooseToolchain, type Toolchain } from './toolchains.ts'

const toolchain = (version: string): Toolchain => {
  const cargo = `/t/${version}/bin/cargo` as AbsolutePath
  return { version, minor: Number(version.split('.')[1]), isStable: !version.includes('-'), cargo, rustc: null }
}
const INSTALLED = ['1.97.0-nightly', '1.95.0', '1.90.0', '1.74.1'].map(toolchain)

describe('chooseToolchain', () => {
  it.each([
    ['1.93', null, '1.95.0', 'made by cargo 1.93 or newer; 1.95.0 is installed'],
    ['1.88', '1.92', '1.90.0', 'made by cargo 1.88 to 1.92; 1.90.0 is installed'],
    ['1.97', null, '1.97.0-nightly', 'made by cargo 1.97 or newer; 1.97.0-nightly is installed'],
    ['1.63', '1.79', '1.95.0', 'made by cargo 1.63 to 1.79, which cannot package without a registry; 1.95.0'],
    ['1.50', '1.50', '1.95.0', 'made by cargo 1.50, which is not installed; 1.95.0 is the newest'],
    [null, null, '1.95.0', 'does not tell its cargo; 1.95.0 is the newest'],
  ])('for cargo %s to %s takes %s', (from, to, version, why) => {
    const chosen = chooseToolchain(INSTALLED, { from, to })
    expect(chosen?.toolchain.version).toBe(version)
    expect(chosen?.why).toContain(why)
  })

  it('takes none that cannot package offline', () => {
    expect(chooseToolchain([toolchain('1.86.0')], { from: null, to: null })).toBeNull()
  })
})
