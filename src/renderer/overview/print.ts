/** Printing: on paper the page is light, whatever the screen is. */
import { useEffect } from 'react'
import { themeNow } from '../styles/follow-theme.ts'

export function printPage(): void {
  window.print()
}

/** While mounted, the light theme holds for as long as something is printed. */
export function useLightPrint(): void {
  useEffect(() => {
    const query = window.matchMedia('print')
    let before: string | null = null
    const follow = () => {
      const root = document.documentElement
      if (query.matches && before === null) {
        before = themeNow()
        root.dataset['theme'] = 'light'
      } else if (!query.matches && before !== null) {
        root.dataset['theme'] = before
        before = null
      }
    }
    follow()
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
}
