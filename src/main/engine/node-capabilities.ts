/**
 * The real capabilities. One call at the start of a process; heavy modules are loaded on first use, because the
 * command line pays for every import before it prints anything.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { Capabilities, Host } from './capabilities.ts'
import { createNodeFiles } from './node-files.ts'
import { createNodeNet } from './node-net.ts'
import { createNodeProcesses } from './node-processes.ts'

export interface NodeCapabilitiesOptions {
  readonly version: string
  readonly sampleDir: string
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: the clock of this machine. Milliseconds since the epoch. */
  readonly nowMs?: () => number
  readonly platform?: string
}

export function createNodeCapabilities(options: NodeCapabilitiesOptions): Capabilities {
  const host = nodeHost(options)
  return {
    clock: { nowMs: options.nowMs ?? Date.now },
    net: createNodeNet({ env: host.env, homeDir: host.homeDir, userAgent: `assay/${host.version}` }),
    files: createNodeFiles(host.platform, host.env),
    processes: createNodeProcesses(host.platform),
    temp: {
      async folder(prefix) {
        const made = await fs.promises.mkdtemp(path.join(os.tmpdir(), `assay-${prefix}-`))
        const folder = await fs.promises.realpath(made)
        return {
          path: folder as AbsolutePath,
          dispose: () => fs.promises.rm(folder, { recursive: true, force: true, maxRetries: 3 }),
        }
      },
    },
    host,
  }
}

/** ASSAY_CACHE_DIR and ASSAY_DATA_DIR win; else each system's custom for such folders. */
function nodeHost(options: NodeCapabilitiesOptions): Host {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.env ?? process.env)) if (value !== undefined) env[name] = value
  const platform = options.platform ?? process.platform
  const homeDir = env['HOME'] || os.homedir()
  const given = (name: string) => (env[name] ? path.resolve(env[name]) : null)
  const [cache, data] = userFolders(platform, env, homeDir)
  return {
    env,
    platform,
    homeDir: homeDir as AbsolutePath,
    cacheDir: (given('ASSAY_CACHE_DIR') ?? cache) as AbsolutePath,
    dataDir: (given('ASSAY_DATA_DIR') ?? data) as AbsolutePath,
    sampleDir: path.resolve(options.sampleDir) as AbsolutePath,
    version: options.version,
  }
}

function userFolders(
  platform: string,
  env: Readonly<Record<string, string>>,
  home: string,
): [cache: string, data: string] {
  if (platform === 'darwin')
    return [path.join(home, 'Library/Caches/Assay'), path.join(home, 'Library/Application Support/Assay')]
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local')
    return [
      path.join(local, 'Assay', 'Cache'),
      path.join(env['APPDATA'] ?? path.join(home, 'AppData', 'Roaming'), 'Assay'),
    ]
  }
  // The XDG specification: relative values are to be ignored.
  const xdg = (name: string, fallback: string) => {
    const stated = env[name]
    return path.join(stated !== undefined && path.isAbsolute(stated) ? stated : path.join(home, fallback), 'assay')
  }
  return [xdg('XDG_CACHE_HOME', '.cache'), xdg('XDG_DATA_HOME', '.local/share')]
}
