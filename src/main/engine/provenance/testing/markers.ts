/** For tests only: harmless programs that leave a mark when something runs them, and a look at what changed on disk. */
import fs from 'node:fs'
import path from 'node:path'

export interface Marker {
  /** A program; put it where hostile configuration would name one. */
  readonly program: string
  /** How often it ran since the last look. */
  fired(): number
}

/** @param then what the program does after leaving its mark, in sh; default: run its arguments, as a wrapper has to. */
export function makeMarker(folder: string, name: string, then = '[ $# -eq 0 ] || exec "$@"'): Marker {
  const program = path.join(folder, `${name}.sh`)
  const log = path.join(folder, `${name}.ran`)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(program, `#!/bin/sh\necho ran >> '${log}'\n${then}\n`, { mode: 0o755 })
  return {
    program,
    fired() {
      const lines = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').length - 1 : 0
      fs.rmSync(log, { force: true })
      return lines
    },
  }
}

/** Every path below a folder with its kind, mode, size and time, so that any change shows. Links are not followed. */
export function snapshot(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name)
    const { mode, size, mtimeMs } = fs.lstatSync(file)
    if (entry.isDirectory()) return [`${file} ${mode.toString(8)}`, ...snapshot(file)]
    const content = entry.isSymbolicLink() ? fs.readlinkSync(file) : `${size} ${mtimeMs}`
    return [`${file} ${mode.toString(8)} ${content}`]
  })
}
