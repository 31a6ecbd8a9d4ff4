// The import rules of docs/architecture.md as one lint rule. A file belongs to the first layer whose folder it is in;
// it may import relative paths of its own layer and of those listed, and packages unless they are reserved elsewhere.
import path from 'node:path'

const LAYERS = [
  { name: 'shared', at: 'src/shared/', sees: [], packages: ['zod'] },
  { name: 'core', at: 'src/main/engine/core/', sees: ['shared'], packages: [] },
  { name: 'capabilities', at: 'src/main/engine/capabilities.ts', sees: ['shared'], packages: [] },
  { name: 'store', at: 'src/main/engine/store/', sees: ['core', 'shared', 'capabilities'] },
  { name: 'review', at: 'src/main/engine/review/', sees: ['core', 'shared', 'capabilities'] },
  { name: 'provenance', at: 'src/main/engine/provenance/', sees: ['core', 'shared', 'capabilities', 'gzip'] },
  { name: 'team', at: 'src/main/engine/team/', sees: ['core', 'shared', 'capabilities'] },
  { name: 'export', at: 'src/main/engine/export/', sees: ['core', 'shared', 'capabilities'] },
  { name: 'io', at: 'src/main/engine/io/', sees: ['store', 'core', 'shared', 'capabilities', 'cache', 'gzip'] },
  { name: 'gzip', at: 'src/main/engine/gzip-member.ts', sees: ['core'] },
  { name: 'cache', at: 'src/main/engine/cache.ts', sees: ['core', 'shared', 'capabilities'] },
  {
    name: 'session',
    at: 'src/main/engine/',
    sees: ['core', 'store', 'io', 'review', 'provenance', 'team', 'export', 'cache', 'capabilities', 'shared'],
  },
  { name: 'shells', at: 'src/main/shells/', sees: ['session', 'shared', 'capabilities'] },
  { name: 'renderer', at: 'src/renderer/', sees: ['shared'] },
]
const PRELOAD = 'src/main/shells/electron/preload.ts'
const RESERVED = [
  { test: /^electron$/, only: 'src/main/shells/electron/' },
  {
    test: /^(react|react-dom|zustand|monaco-editor|lucide-react|@tanstack\/react-virtual)(\/|$)/,
    only: 'src/renderer/',
  },
  {
    test: /^node:(fs|child_process|net|http|https|os|worker_threads|sqlite)/,
    never: ['src/main/engine/core/', 'src/shared/', 'src/renderer/'],
  },
]

const layerOf = file => LAYERS.find(layer => file.startsWith(layer.at))

/** Null when `file` (repository-relative, `/`) may import `source`, else the reason. Exported for its own test. */
export function forbiddenImport(file, source) {
  const layer = layerOf(file)
  if (layer === undefined) return null
  const isTest = /\.test\.tsx?$/.test(file)
  if (source.startsWith('.')) {
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), source))
    const to = layerOf(target)
    if (to === undefined) return isTest ? null : `${layer.name} may not import ${target}, which is outside src`
    if (file === PRELOAD && to.name !== 'shared') return 'the preload sees shared only'
    if (to === layer || layer.sees.includes(to.name) || isTest) return null
    return `${layer.name} may not import ${to.name} (${target})`
  }
  if (isTest) return null
  for (const rule of RESERVED) {
    if (!rule.test.test(source)) continue
    if (rule.only !== undefined && !file.startsWith(rule.only)) return `${source} belongs to ${rule.only}`
    if (rule.never?.some(folder => file.startsWith(folder))) return `${layer.name} may not use ${source}`
  }
  if (layer.packages !== undefined && !layer.packages.includes(source))
    return `${layer.name} may not use the package ${source}`
  if (layer.name === 'renderer' && source.startsWith('node:')) return 'the renderer has no Node'
  return null
}

/** ESLint rule: reports every import or re-export that the table above forbids. */
export const layers = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{reason}}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/')
    const check = node => {
      if (node.source === null || node.source === undefined || typeof node.source.value !== 'string') return
      const reason = forbiddenImport(file, node.source.value)
      if (reason !== null) context.report({ node: node.source, messageId: 'forbidden', data: { reason } })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}
