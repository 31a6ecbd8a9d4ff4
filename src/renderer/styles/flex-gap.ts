/**
 * `gap` in flex boxes came with Chrome 84; the Electron that some machines test with is older. Where it is missing, this
 * adds margins between the children of every rule that sets it. Does nothing in a current browser.
 */

function hasFlexGap(): boolean {
  const box = document.createElement('div')
  box.style.cssText = 'display:flex;flex-direction:column;row-gap:1px;position:absolute;visibility:hidden'
  box.append(document.createElement('div'), document.createElement('div'))
  document.body.append(box)
  const isThere = box.scrollHeight === 1
  box.remove()
  return isThere
}

/** Margins between children. Text beside an icon or key cap is no element, so those two keep the distance themselves. */
function standIns(selector: string, isColumn: boolean, gap: string): string[] {
  if (isColumn) return [`${selector} > * + *:not(.sr) { margin-top: ${gap}; }`]
  return [
    `${selector} > * + *:not(.right):not(.sr):not(.count) { margin-left: ${gap}; }`,
    `${selector} > svg:first-child { margin-right: ${gap}; }`,
    `${selector} > svg:first-child + *:not(.right):not(.keys):not(.count) { margin-left: 0; }`,
    `${selector} > .count:first-child, ${selector} > .keys:first-child { margin-left: ${gap}; }`,
  ]
}

/** The margin rules that stand in for the flex gaps of these rules, in order. */
function marginRules(rules: CSSRuleList): string[] {
  const made: string[] = []
  for (const rule of Array.from(rules)) {
    if (rule instanceof CSSMediaRule) {
      const inner = marginRules(rule.cssRules)
      if (inner.length > 0) made.push(`@media ${rule.conditionText} { ${inner.join(' ')} }`)
    }
    if (!(rule instanceof CSSStyleRule) || !rule.style.display.includes('flex')) continue
    const isColumn = rule.style.flexDirection.startsWith('column')
    // A gap given by a variable is kept in the shorthand only.
    const gap = (isColumn ? rule.style.rowGap : rule.style.columnGap) || rule.style.getPropertyValue('gap')
    if (gap === '' || gap === 'normal') continue
    for (const selector of rule.selectorText.split(',')) made.push(...standIns(selector.trim(), isColumn, gap))
  }
  return made
}

/** Adds the stand-ins for all style sheets loaded so far, if they are needed. */
export function keepFlexGaps(): void {
  if (hasFlexGap()) return
  const made = Array.from(document.styleSheets).flatMap(sheet => marginRules(sheet.cssRules))
  const style = document.createElement('style')
  document.head.append(style)
  for (const rule of made) style.sheet?.insertRule(rule, style.sheet.cssRules.length)
}
