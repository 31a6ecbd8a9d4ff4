/** `check --locked`, from the shell's point of view, on a real project with the real cargo: ours against cargo-vet. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import {
  assay,
  begin,
  cargoPath,
  cargoVet,
  expectSame,
  judge,
  ms,
  needReference,
  pair,
  repeat,
  ROOT,
  skip,
  tempFolder,
} from './harness.ts'
import { prepareRealProject } from './real-project.ts'

const RUNS = 21
const LIMIT = 1.5
/** The day the store was recorded: its wildcard audits are judged by date. */
const ARGS = ['check', '--locked', '--output-format', 'json', '--current-time', '2026-11-01T00:00:00Z']

begin('check --locked end to end, real cargo metadata, stores/cargo-vet')
needReference()
const cargo = cargoPath()
const temp = tempFolder()
const { folder } = prepareRealProject(temp, cargo)
const env = {
  CARGO: cargo,
  ASSAY_CACHE_DIR: path.join(temp, 'assay-cache'),
  ASSAY_DATA_DIR: path.join(temp, 'assay-data'),
}
const reference = () => cargoVet([...ARGS, '--cache-dir', path.join(temp, 'vet-cache')], folder, env)
const mine = () => assay(ARGS, folder, env)

const [a, b] = [mine(), reference()]
if (a.out !== b.out || a.code !== b.code)
  skip(`the two answers differ (exit ${a.code} and ${b.code}): ${a.err}${b.err}`)
console.log(
  `  input: 263 packages; both answer ${(JSON.parse(a.out) as { conclusion: string }).conclusion}, ${a.out.length} equal bytes`,
)

const times = await pair({
  runs: RUNS,
  warmups: 2,
  ours: () => expectSame(mine(), a),
  theirs: () => expectSame(reference(), b),
})
console.log(`  assay      ${ms(times.ours)}`)
console.log(`  cargo-vet  ${ms(times.theirs)}`)

const node = path.join(ROOT, 'node_modules', '.bin', 'node')
const metadataArgs = ['metadata', '--format-version', '1', '--all-features', '--locked']
console.log('  of which, each alone:')
console.log(
  `    cargo metadata        ${ms(repeat(11, 1, () => void spawnSync(cargo, metadataArgs, { cwd: folder, maxBuffer: 1 << 28 })))}`,
)
console.log(`    starting Node         ${ms(repeat(11, 1, () => void spawnSync(node, ['-e', '0'])))}`)
console.log(`    assay help            ${ms(repeat(11, 1, () => void assay(['help'], folder, env)))}`)
judge('ratio to cargo-vet (median of pairs)', times.ratio, LIMIT, '×')
