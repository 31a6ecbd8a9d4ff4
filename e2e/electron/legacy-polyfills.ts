/**
 * What Chromium 83 (the tests' Electron 9) lacks and the pages use. Put in front of the pages only by the build mode
 * `legacy`; never part of what users get.
 */
import 'core-js/stable'

if (Element.prototype.replaceChildren === undefined) {
  const replaceChildren = function (this: Element | Document | DocumentFragment, ...nodes: (Node | string)[]): void {
    while (this.lastChild !== null) this.removeChild(this.lastChild)
    this.append(...nodes)
  }
  for (const type of [Element, Document, DocumentFragment]) type.prototype.replaceChildren = replaceChildren
}
