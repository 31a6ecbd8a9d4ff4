/**
 * Types for the modules of Monaco that it ships without any. Monaco is pinned exactly; what is used of these modules
 * is written down here, so that an update that changes them fails in monaco-setup.ts and not on screen.
 */
declare module 'monaco-editor/editor/common/core/ranges/lineRange' {
  export class LineRange {
    constructor(startLineNumber: number, endLineNumberExclusive: number)
    readonly startLineNumber: number
    readonly endLineNumberExclusive: number
  }
}
declare module 'monaco-editor/editor/common/diff/rangeMapping' {
  import type { IRange } from 'monaco-editor/editor'
  import type { LineRange } from 'monaco-editor/editor/common/core/ranges/lineRange'
  export class RangeMapping {
    constructor(originalRange: IRange, modifiedRange: IRange)
  }
  export class DetailedLineRangeMapping {
    constructor(original: LineRange, modified: LineRange, innerChanges: readonly RangeMapping[] | undefined)
  }
}
declare module 'monaco-editor/editor/standalone/browser/standaloneServices' {
  export const StandaloneServices: { initialize(overrides: Record<string, unknown>): unknown }
}
declare module 'monaco-editor/editor/browser/widget/diffEditor/features/overviewRulerFeature' {
  export const OverviewRulerFeature: { ONE_OVERVIEW_WIDTH: number; ENTIRE_DIFF_OVERVIEW_WIDTH: number }
}
declare module 'monaco-editor/editor/browser/widget/diffEditor/features/hideUnchangedRegionsFeature' {
  import type { editor } from 'monaco-editor/editor'
  import type { LineRange } from 'monaco-editor/editor/common/core/ranges/lineRange'
  interface FoldItem {
    readonly name: string
    readonly kind: number
    readonly startLineNumber: number
  }
  interface FoldItems {
    dispose(): void
    getBreadcrumbItems(range: LineRange, reader: unknown): FoldItem[]
    getAt(): FoldItem[]
  }
  export const HideUnchangedRegionsFeature: {
    setBreadcrumbsSourceFactory(factory: (model: editor.ITextModel) => FoldItems): void
  }
}
declare module 'monaco-editor/base/common/observableInternal/observables/observableValue' {
  export interface Observable<T> {
    get(): T
    /** Whoever reads with a reader is run again after a change. */
    read(reader: unknown): T
    set(value: T, transaction: undefined): void
  }
  export function observableValue<T>(name: string, first: T): Observable<T>
}
declare module '*?worker' {
  const WorkerFactory: new () => Worker
  // The bundler gives the constructor as the module's default.
  export { WorkerFactory as default }
}
