/**
 * Our words in place of Monaco's, where its own differ from ours. Must be imported before Monaco: it reads its messages
 * from this global while its modules load. The numbers belong to the pinned Monaco version.
 */
const messages: string[] = []
messages[146] = '{0} unchanged lines'
messages[147] = 'Double click, or press e, to open'
;(globalThis as { _VSCODE_NLS_MESSAGES?: string[] })._VSCODE_NLS_MESSAGES = messages

export {}
