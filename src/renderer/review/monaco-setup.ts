/**
 * Brings Monaco up once: our words, the worker, git's hunks as the diff provider, the features a read-only diff needs
 * (no completion, no links, no language services) and the grammars. Loaded on demand with the first review.
 */
import './monaco-words.ts'
import { languages } from 'monaco-editor/editor'
import { StandaloneServices } from 'monaco-editor/editor/standalone/browser/standaloneServices'
import { OverviewRulerFeature } from 'monaco-editor/editor/browser/widget/diffEditor/features/overviewRulerFeature'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/codeEditor/register'
import 'monaco-editor/features/codicon/register'
import 'monaco-editor/features/diffEditor/register'
import 'monaco-editor/features/diffEditorBreadcrumbs/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/longLinesHelper/register'
import 'monaco-editor/features/unicodeHighlighter/register'
import 'monaco-editor/features/wordOperations/register'
import 'monaco-editor/languages/definitions/cpp/register'
import 'monaco-editor/languages/definitions/markdown/register'
import 'monaco-editor/languages/definitions/shell/register'
import 'monaco-editor/languages/definitions/yaml/register'
import { gitDiffProviderFactory } from './git-diff-provider.ts'
import { jsonGrammar, rustGrammar, tomlGrammar } from './languages.ts'

;(globalThis as { MonacoEnvironment?: unknown }).MonacoEnvironment = { getWorker: () => new EditorWorker() }

// NOTE: Monaco reads overrides only at the first initialisation of its services, so this comes before anything else.
StandaloneServices.initialize({ diffProviderFactoryService: gitDiffProviderFactory })

// Two lanes of half the usual width.
OverviewRulerFeature.ONE_OVERVIEW_WIDTH = 7
OverviewRulerFeature.ENTIRE_DIFF_OVERVIEW_WIDTH = 14

for (const [id, grammar] of [
  ['rust', rustGrammar],
  ['toml', tomlGrammar],
  ['json', jsonGrammar],
] as const) {
  languages.register({ id })
  languages.setMonarchTokensProvider(id, grammar)
}
