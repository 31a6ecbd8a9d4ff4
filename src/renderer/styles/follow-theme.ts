/**
 * Keeps `data-theme` on <html> equal to the setting. With `system` the attribute is the system's choice, so that Monaco
 * and others need only one place to look; `themeNow` answers it and `onTheme` tells of changes.
 */
import { useAppStore } from '../state/app-store.ts'

export type ThemeName = 'dark' | 'light'

/** The theme on screen. */
export function themeNow(): ThemeName {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark'
}

/** Calls back after each change of theme; returns the function that stops. */
export function onTheme(listener: (theme: ThemeName) => void): () => void {
  const observer = new MutationObserver(() => listener(themeNow()))
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** Starts following the setting and the system. Called once. */
export function followTheme(): void {
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const choice = useAppStore.getState().app?.settings.theme ?? 'system'
    const theme = choice === 'system' ? (systemDark.matches ? 'dark' : 'light') : choice
    if (document.documentElement.dataset['theme'] !== theme) document.documentElement.dataset['theme'] = theme
  }
  apply()
  systemDark.addEventListener('change', apply)
  useAppStore.subscribe((now, before) => {
    if (now.app?.settings.theme !== before.app?.settings.theme) apply()
  })
}
