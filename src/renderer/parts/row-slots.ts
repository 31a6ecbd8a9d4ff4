/**
 * Which elements the rows on screen are drawn in. Where most rows change at once, those that leave lend their elements to
 * those that come: texts change, and next to nothing is made, styled and laid out anew. Where few do, new elements cost
 * less than moving those that stay around lent ones, which stand at the other end.
 */
export class RowSlots {
  private held: ReadonlyMap<string, number> = new Map()
  private fresh = 0

  /**
   * The slots of rows, in their order; a row that was there keeps its own, one that comes gets a number that no other had,
   * or in a jump that of a row that left. Asked for the same rows again it answers the same.
   *
   * @param rows Keys of the rows on screen, each once.
   */
  assign(rows: readonly string[]): readonly number[] {
    const stays = new Map<string, number>()
    for (const row of rows) {
      const slot = this.held.get(row)
      if (slot !== undefined) stays.set(row, slot)
    }
    const isJump = stays.size * 2 < rows.length
    const lent = isJump ? [...this.held].flatMap(([row, slot]) => (stays.has(row) ? [] : [slot])) : []
    const slots = rows.map(row => {
      const slot = stays.get(row) ?? lent.shift() ?? this.fresh++
      stays.set(row, slot)
      return slot
    })
    this.held = stays
    return slots
  }
}
