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
    const gap = isColumn ? rule.style.rowGap : rule.style.columnGap
    if (gap === '' || gap === 'normal') continue
    for (const selector of rule.selectorText.split(',')) {
      made.push(`${selector.trim()} > * + *:not(.right):not(.sr) { margin-${isColumn ? 'top' : 'left'}: ${gap}; }`)
    }
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
