// Builds the pages. The normal build is for the Chromium of the pinned Electron and today's browsers; the mode `legacy`
// is only for the old Electron that the tests can have on any machine (Chromium 83), with polyfills put in front.
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const LEGACY_TARGET = 'chrome83'
const NORMAL_TARGET = 'chrome140'
const POLYFILLS = path.resolve(import.meta.dirname, 'e2e/electron/legacy-polyfills.ts')

/** Imports the polyfills before anything else of the page. */
function legacyPolyfills(): Plugin {
  return {
    name: 'assay-legacy-polyfills',
    transform(code, id) {
      if (!id.endsWith('/src/renderer/main.tsx')) return null
      return { code: `import ${JSON.stringify(POLYFILLS)}\n${code}`, map: null }
    },
  }
}

export default defineConfig(({ mode }) => {
  const isLegacy = mode === 'legacy'
  const target = isLegacy ? LEGACY_TARGET : NORMAL_TARGET
  return {
    root: path.resolve(import.meta.dirname, 'src/renderer'),
    base: './',
    publicDir: false,
    plugins: [react(), ...(isLegacy ? [legacyPolyfills()] : [])],
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    worker: { format: isLegacy ? 'iife' : 'es' },
    build: {
      target,
      cssTarget: target,
      cssMinify: 'lightningcss',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 10_000,
      reportCompressedSize: false,
      sourcemap: false,
    },
  }
})
