/**
 * Every command a page offers, once: id, title, keys, the place where it acts, and its menu. The application menu,
 * palette, key hints, shortcut help and tests are made from this table. A command does something only while a page has
 * registered a handler for it; this table never says that it is available.
 * Keys: modifiers in the order Ctrl, Alt, Shift joined by `+`; letters lower case; `g q` is a sequence of two keys;
 * `Ctrl` is Cmd on macOS. Symbols are written as typed (`?`), without Shift.
 */

/**
 * Where a command acts. `always` and `workspace` are active beside the one page on screen, `list` on pages that show a
 * list; on `pair`, a file beside its side in the repository, those of `review` act as well.
 */
export type CommandContext =
  'always' | 'workspace' | 'list' | 'queue' | 'provenance' | 'whatif' | 'overview' | 'pair' | 'review' | 'certify'
export type CommandMenu = 'File' | 'Edit' | 'View' | 'Go' | 'Review' | 'Help' | null

interface CommandRow {
  readonly id: string
  readonly title: string
  /** Alternatives; the first one is shown as the hint. */
  readonly keys: readonly string[]
  readonly when: CommandContext
  readonly menu: CommandMenu
}

const rows = [
  { id: 'app.palette', title: 'Command palette', keys: ['Ctrl+k', 'Ctrl+Shift+p'], when: 'always', menu: 'View' },
  { id: 'app.goto', title: 'Go to crate', keys: ['Ctrl+p'], when: 'workspace', menu: 'Go' },
  { id: 'app.help', title: 'Shortcuts', keys: ['?'], when: 'always', menu: 'Help' },
  { id: 'app.open', title: 'Open folder', keys: ['Ctrl+o'], when: 'always', menu: 'File' },
  { id: 'app.openSample', title: 'Open the sample workspace', keys: [], when: 'always', menu: 'File' },
  { id: 'app.closeWorkspace', title: 'Close workspace', keys: [], when: 'workspace', menu: 'File' },
  { id: 'app.refresh', title: 'Refresh, and sync with the team', keys: ['F5'], when: 'workspace', menu: 'File' },
  { id: 'app.sync', title: 'Sync with the team', keys: ['Shift+F5'], when: 'workspace', menu: 'File' },
  { id: 'app.offline', title: 'Work offline or online', keys: [], when: 'always', menu: 'File' },
  { id: 'app.undoWrite', title: 'Undo the last write', keys: [], when: 'workspace', menu: 'Edit' },
  { id: 'app.jobs', title: 'Show jobs', keys: ['Ctrl+j'], when: 'always', menu: 'View' },
  { id: 'app.nextRegion', title: 'Next region', keys: ['F6'], when: 'always', menu: 'Go' },
  { id: 'app.prevRegion', title: 'Previous region', keys: ['Shift+F6'], when: 'always', menu: 'Go' },
  { id: 'app.back', title: 'Back', keys: ['Alt+ArrowLeft'], when: 'workspace', menu: 'Go' },
  { id: 'app.forward', title: 'Forward', keys: ['Alt+ArrowRight'], when: 'workspace', menu: 'Go' },
  { id: 'app.nextTab', title: 'Next review', keys: ['Ctrl+Tab', 'Ctrl+PageDown'], when: 'workspace', menu: 'Go' },
  { id: 'app.closeTab', title: 'Close review', keys: ['Ctrl+w'], when: 'workspace', menu: 'File' },
  { id: 'app.compare', title: 'Compare two versions of a crate', keys: [], when: 'workspace', menu: 'Review' },
  { id: 'app.theme', title: 'Switch theme', keys: [], when: 'always', menu: 'View' },
  { id: 'app.settings', title: 'Settings', keys: ['Ctrl+,'], when: 'always', menu: 'File' },
  { id: 'app.redirects', title: 'Settings: repository redirects', keys: [], when: 'always', menu: 'File' },
  { id: 'app.singleKeys', title: 'Switch single-letter keys on or off', keys: [], when: 'always', menu: 'View' },

  { id: 'go.queue', title: 'Go to the queue', keys: ['g q'], when: 'workspace', menu: 'Go' },
  { id: 'go.provenance', title: 'Go to provenance', keys: ['g p'], when: 'workspace', menu: 'Go' },
  { id: 'go.whatif', title: 'Go to what-if', keys: ['g w'], when: 'workspace', menu: 'Go' },
  { id: 'go.overview', title: 'Go to the overview', keys: ['g o'], when: 'workspace', menu: 'Go' },
  { id: 'go.review', title: 'Go to the last review', keys: ['g r'], when: 'workspace', menu: 'Go' },

  { id: 'list.down', title: 'Next row', keys: ['j', 'ArrowDown'], when: 'list', menu: null },
  { id: 'list.up', title: 'Previous row', keys: ['k', 'ArrowUp'], when: 'list', menu: null },
  { id: 'list.first', title: 'First row', keys: ['Home'], when: 'list', menu: null },
  { id: 'list.last', title: 'Last row', keys: ['End'], when: 'list', menu: null },
  { id: 'list.pageDown', title: 'Page down', keys: ['PageDown'], when: 'list', menu: null },
  { id: 'list.pageUp', title: 'Page up', keys: ['PageUp'], when: 'list', menu: null },

  { id: 'queue.review', title: 'Review', keys: ['Enter'], when: 'queue', menu: 'Review' },
  { id: 'queue.certify', title: 'Certify', keys: ['Shift+c'], when: 'queue', menu: 'Review' },
  { id: 'queue.certifyTogether', title: 'Certify several together', keys: [], when: 'queue', menu: 'Review' },
  { id: 'queue.explain', title: 'Why this risk', keys: [' '], when: 'queue', menu: null },
  { id: 'queue.path', title: 'Choose another path', keys: ['t'], when: 'queue', menu: 'Review' },
  {
    id: 'queue.provenance',
    title: 'Show what differs from the repository',
    keys: ['v'],
    when: 'queue',
    menu: 'Review',
  },
  { id: 'queue.export', title: 'Export', keys: ['Ctrl+e'], when: 'queue', menu: 'File' },
  { id: 'queue.copy', title: 'Copy crate and change', keys: ['y'], when: 'queue', menu: 'Edit' },
  { id: 'queue.inspector', title: 'Show or hide inspector', keys: ['l'], when: 'queue', menu: 'View' },
  { id: 'queue.filter', title: 'Filter', keys: ['/'], when: 'queue', menu: 'View' },
  { id: 'queue.group', title: 'Group', keys: ['b'], when: 'queue', menu: 'View' },
  { id: 'queue.order', title: 'Order', keys: ['o'], when: 'queue', menu: 'View' },
  { id: 'queue.density', title: 'Density', keys: ['Shift+d'], when: 'queue', menu: 'View' },
  { id: 'queue.view1', title: 'View: needs audit', keys: ['Ctrl+1'], when: 'queue', menu: 'Go' },
  { id: 'queue.view2', title: 'View: mine', keys: ['Ctrl+2'], when: 'queue', menu: 'Go' },
  { id: 'queue.view3', title: 'View: unassigned', keys: ['Ctrl+3'], when: 'queue', menu: 'Go' },
  { id: 'queue.view4', title: 'View: needs second sign-off', keys: ['Ctrl+4'], when: 'queue', menu: 'Go' },
  { id: 'queue.view5', title: 'View: waiting for others', keys: ['Ctrl+5'], when: 'queue', menu: 'Go' },
  { id: 'queue.view6', title: 'View: violations', keys: ['Ctrl+6'], when: 'queue', menu: 'Go' },
  { id: 'queue.view7', title: 'View: exemptions to burn down', keys: ['Ctrl+7'], when: 'queue', menu: 'Go' },
  { id: 'queue.view8', title: 'View: done', keys: ['Ctrl+8'], when: 'queue', menu: 'Go' },
  { id: 'queue.view9', title: 'View: all', keys: ['Ctrl+9'], when: 'queue', menu: 'Go' },
  { id: 'queue.view10', title: 'View: not checked', keys: [], when: 'queue', menu: 'Go' },
  { id: 'queue.saved1', title: 'Saved filter 1', keys: ['Alt+1'], when: 'queue', menu: 'Go' },
  { id: 'queue.saved2', title: 'Saved filter 2', keys: ['Alt+2'], when: 'queue', menu: 'Go' },
  { id: 'queue.saved3', title: 'Saved filter 3', keys: ['Alt+3'], when: 'queue', menu: 'Go' },
  { id: 'queue.saved4', title: 'Saved filter 4', keys: ['Alt+4'], when: 'queue', menu: 'Go' },
  { id: 'queue.saved5', title: 'Saved filter 5', keys: ['Alt+5'], when: 'queue', menu: 'Go' },
  { id: 'queue.saveFilter', title: 'Save this filter', keys: ['Ctrl+s'], when: 'queue', menu: 'File' },
  { id: 'queue.select', title: 'Select or unselect row', keys: ['x'], when: 'queue', menu: 'Edit' },
  { id: 'queue.extendDown', title: 'Select down', keys: ['Shift+ArrowDown', 'Shift+j'], when: 'queue', menu: null },
  { id: 'queue.extendUp', title: 'Select up', keys: ['Shift+ArrowUp', 'Shift+k'], when: 'queue', menu: null },
  { id: 'queue.selectAll', title: 'Select all rows shown', keys: ['Ctrl+a'], when: 'queue', menu: 'Edit' },
  { id: 'queue.selectNone', title: 'Select none', keys: ['Escape'], when: 'queue', menu: 'Edit' },
  { id: 'queue.assign', title: 'Assign', keys: ['a'], when: 'queue', menu: 'Review' },
  { id: 'queue.assignMe', title: 'Assign to me', keys: ['i'], when: 'queue', menu: 'Review' },
  { id: 'queue.claim', title: 'Claim or release', keys: ['r'], when: 'queue', menu: 'Review' },
  { id: 'queue.due', title: 'Set due date', keys: ['d'], when: 'queue', menu: 'Review' },
  { id: 'queue.state', title: 'Set state', keys: ['s'], when: 'queue', menu: 'Review' },
  { id: 'queue.priority', title: 'Set priority', keys: ['p'], when: 'queue', menu: 'Review' },
  { id: 'queue.handOver', title: 'Hand over with a note', keys: ['h'], when: 'queue', menu: 'Review' },
  { id: 'queue.note', title: 'Write a note', keys: ['c'], when: 'queue', menu: 'Review' },
  { id: 'queue.openAll', title: 'Open reviews of the selection', keys: ['Shift+Enter'], when: 'queue', menu: 'Review' },
  { id: 'queue.news', title: 'What changed since I looked', keys: ['n'], when: 'queue', menu: 'View' },
  { id: 'queue.undo', title: 'Undo what I wrote for the team', keys: ['Ctrl+z'], when: 'queue', menu: 'Edit' },
  { id: 'queue.redo', title: 'Redo', keys: ['Ctrl+Shift+z'], when: 'queue', menu: 'Edit' },
  { id: 'queue.resume', title: 'Resume the last review', keys: ['.'], when: 'queue', menu: 'Review' },

  { id: 'prov.diff', title: 'Open in diff', keys: ['d'], when: 'provenance', menu: 'Review' },
  { id: 'prov.files', title: 'Go to its files', keys: ['Enter'], when: 'provenance', menu: null },
  {
    id: 'prov.allFiles',
    title: 'Differing files first, or all by path',
    keys: ['a'],
    when: 'provenance',
    menu: 'View',
  },
  { id: 'prov.run', title: 'Check again', keys: ['Shift+r'], when: 'provenance', menu: 'Review' },
  { id: 'prov.runAll', title: 'Check what was not run', keys: ['Shift+n'], when: 'provenance', menu: 'Review' },
  { id: 'prov.rebuild', title: 'Package it again with cargo', keys: [], when: 'provenance', menu: 'Review' },
  { id: 'prov.cancel', title: 'Cancel the running check', keys: [], when: 'provenance', menu: 'Review' },
  { id: 'prov.accept', title: 'Accept with reason', keys: ['Shift+a'], when: 'provenance', menu: 'Review' },
  { id: 'prov.export', title: 'Export provenance', keys: ['Ctrl+e'], when: 'provenance', menu: 'File' },
  { id: 'prov.filter', title: 'Filter', keys: ['/'], when: 'provenance', menu: 'View' },
  { id: 'prov.order', title: 'Order', keys: ['o'], when: 'provenance', menu: 'View' },
  { id: 'prov.scope', title: 'This workspace, or everything checked', keys: ['s'], when: 'provenance', menu: 'View' },
  { id: 'prov.detail', title: 'Show or hide details', keys: ['l'], when: 'provenance', menu: 'View' },

  { id: 'whatif.toggle', title: 'Include or leave out', keys: [' '], when: 'whatif', menu: 'Edit' },
  { id: 'whatif.smallest', title: 'Smallest set that clears the queue', keys: ['s'], when: 'whatif', menu: 'Review' },
  { id: 'whatif.apply', title: 'Preview and apply changes', keys: ['Ctrl+Enter'], when: 'whatif', menu: 'File' },
  { id: 'whatif.reset', title: 'Leave all changes out', keys: [], when: 'whatif', menu: 'Edit' },
  { id: 'whatif.fetch', title: 'Fetch the audits of known peers', keys: ['f'], when: 'whatif', menu: 'Review' },
  { id: 'whatif.publishers', title: 'Look up publishers', keys: ['p'], when: 'whatif', menu: 'Review' },
  { id: 'whatif.address', title: 'Import from an address', keys: ['a'], when: 'whatif', menu: 'Review' },

  { id: 'overview.exemptions', title: 'Charts, or every exemption', keys: ['e'], when: 'overview', menu: 'View' },
  {
    id: 'overview.terms',
    title: 'Owner and review of an exemption',
    keys: ['Enter'],
    when: 'overview',
    menu: 'Review',
  },
  { id: 'overview.queue', title: 'Show in the queue', keys: ['q'], when: 'overview', menu: 'Go' },
  { id: 'overview.filter', title: 'Find exemptions', keys: ['/'], when: 'overview', menu: 'View' },
  { id: 'overview.range', title: 'Next range of weeks', keys: ['r'], when: 'overview', menu: 'View' },
  { id: 'overview.tables', title: 'Charts as tables', keys: ['t'], when: 'overview', menu: 'View' },
  { id: 'overview.export', title: 'Export', keys: ['Ctrl+e'], when: 'overview', menu: 'File' },
  { id: 'overview.print', title: 'Print', keys: [], when: 'overview', menu: 'File' },

  { id: 'pair.back', title: 'Back', keys: ['Escape'], when: 'pair', menu: 'Go' },

  { id: 'review.nextHunk', title: 'Next hunk', keys: ['n'], when: 'review', menu: 'Review' },
  { id: 'review.prevHunk', title: 'Previous hunk', keys: ['p'], when: 'review', menu: 'Review' },
  { id: 'review.nextFile', title: 'Next file', keys: [']'], when: 'review', menu: 'Review' },
  { id: 'review.prevFile', title: 'Previous file', keys: ['['], when: 'review', menu: 'Review' },
  { id: 'review.nextUnread', title: 'Next unread file', keys: ['Shift+j'], when: 'review', menu: 'Review' },
  { id: 'review.prevUnread', title: 'Previous unread file', keys: ['Shift+k'], when: 'review', menu: 'Review' },
  {
    id: 'review.markNext',
    title: 'Mark read and go to next unread',
    keys: ['Shift+m'],
    when: 'review',
    menu: 'Review',
  },
  { id: 'review.toggleRead', title: 'Mark or unmark file read', keys: ['r'], when: 'review', menu: 'Review' },
  { id: 'review.markGroup', title: 'Mark group read', keys: ['Shift+r'], when: 'review', menu: 'Review' },
  { id: 'review.undoMark', title: 'Take back the last mark', keys: ['Ctrl+z'], when: 'review', menu: 'Edit' },
  { id: 'review.note', title: 'Write a note here', keys: ['c'], when: 'review', menu: 'Review' },
  { id: 'review.nextNote', title: 'Next note', keys: ['Shift+n'], when: 'review', menu: 'Review' },
  { id: 'review.prevNote', title: 'Previous note', keys: ['Shift+p'], when: 'review', menu: 'Review' },
  { id: 'review.tab1', title: 'Show units', keys: ['Alt+1'], when: 'review', menu: 'View' },
  { id: 'review.tab2', title: 'Show notes', keys: ['Alt+2'], when: 'review', menu: 'View' },
  { id: 'review.tab3', title: 'Show provenance', keys: ['Alt+3'], when: 'review', menu: 'View' },
  { id: 'review.tab4', title: 'Show earlier audits', keys: ['Alt+4'], when: 'review', menu: 'View' },
  { id: 'review.tab5', title: 'Show the checklist', keys: ['Alt+5'], when: 'review', menu: 'View' },
  { id: 'review.tab6', title: 'Show facts of the file', keys: ['Alt+6'], when: 'review', menu: 'View' },
  { id: 'review.nextUnit', title: 'Next open unit', keys: ["'"], when: 'review', menu: 'Review' },
  { id: 'review.prevUnit', title: 'Previous open unit', keys: [';'], when: 'review', menu: 'Review' },
  { id: 'review.unitOk', title: 'Unit: OK', keys: ['1'], when: 'review', menu: 'Review' },
  { id: 'review.unitConcern', title: 'Unit: concern', keys: ['2'], when: 'review', menu: 'Review' },
  { id: 'review.unitNa', title: 'Unit: not applicable', keys: ['3'], when: 'review', menu: 'Review' },
  { id: 'review.expand', title: 'Open what is folded of this item', keys: ['e'], when: 'review', menu: 'View' },
  { id: 'review.expandAll', title: 'Open all folds', keys: ['Shift+e'], when: 'review', menu: 'View' },
  { id: 'review.layout', title: 'Split or unified', keys: ['m'], when: 'review', menu: 'View' },
  { id: 'review.whitespace', title: 'Show whitespace', keys: ['Shift+w'], when: 'review', menu: 'View' },
  { id: 'review.wrap', title: 'Wrap lines', keys: ['z'], when: 'review', menu: 'View' },
  {
    id: 'review.repoSide',
    title: 'Compare with the repository',
    keys: ['v'],
    when: 'review',
    menu: 'View',
  },
  { id: 'review.sinceRead', title: 'What changed since you read it', keys: ['Shift+v'], when: 'review', menu: 'View' },
  { id: 'review.movedEnd', title: 'Other end of a moved block', keys: ['x'], when: 'review', menu: 'Go' },
  { id: 'review.blame', title: 'Who changed this line', keys: ['b'], when: 'review', menu: 'View' },
  { id: 'review.find', title: 'Find in file', keys: ['Ctrl+f'], when: 'review', menu: 'Edit' },
  { id: 'review.findAll', title: 'Find in the whole crate', keys: ['Ctrl+Shift+f'], when: 'review', menu: 'Edit' },
  { id: 'review.definition', title: 'Go to definition', keys: ['F12'], when: 'review', menu: 'Go' },
  { id: 'review.references', title: 'Show references', keys: ['Shift+F12'], when: 'review', menu: 'Go' },
  { id: 'review.files', title: 'Find file', keys: ['f'], when: 'review', menu: 'Go' },
  {
    id: 'review.accessible',
    title: 'Line-by-line diff for screen readers',
    keys: ['F7'],
    when: 'review',
    menu: 'View',
  },
  { id: 'review.readAsOne', title: 'Read with the delta beside it as one', keys: [], when: 'review', menu: 'Review' },
  { id: 'review.certify', title: 'Certify', keys: ['Ctrl+Enter', 'Shift+c'], when: 'review', menu: 'Review' },
  { id: 'review.resume', title: 'Jump to where you were', keys: ['.'], when: 'review', menu: 'Review' },
  { id: 'review.back', title: 'Back to queue', keys: ['u'], when: 'review', menu: 'Go' },

  { id: 'certify.write', title: 'Write files', keys: ['Ctrl+s'], when: 'certify', menu: 'File' },
  { id: 'certify.commit', title: 'Write and commit', keys: ['Ctrl+Enter'], when: 'certify', menu: 'File' },
  { id: 'certify.signOff', title: 'Sign and hand over', keys: ['Ctrl+Shift+Enter'], when: 'certify', menu: 'Review' },
  { id: 'certify.rebuildNotes', title: 'Make the notes anew from the review', keys: [], when: 'certify', menu: null },
  { id: 'certify.split', title: 'Split at versions in between', keys: [], when: 'certify', menu: 'Review' },
  { id: 'certify.back', title: 'Back', keys: ['Escape'], when: 'certify', menu: 'Go' },
] as const satisfies readonly CommandRow[]

export type CommandId = (typeof rows)[number]['id']
export interface Command extends CommandRow {
  readonly id: CommandId
}

/** All commands in the order of menus and help. */
export const commands: readonly Command[] = rows

export const commandById: ReadonlyMap<CommandId, Command> = new Map(commands.map(c => [c.id, c]))

export function isCommandId(id: string): id is CommandId {
  return commandById.has(id as CommandId)
}

/** Whether a key that is held down runs it again and again: what moves does, what marks, answers or writes does not. */
export function isRepeated(id: CommandId): boolean {
  return /^(list\.|queue\.extend|review\.(next|prev))/.test(id)
}
