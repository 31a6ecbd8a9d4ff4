/** Serves the pages on the fake engine: `vite --config e2e/fake/vite.config.ts`. Built by e2e/fixtures/fake-pages.ts. */
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const config = defineConfig({
  root: import.meta.dirname,
  cacheDir: path.resolve(import.meta.dirname, '../../node_modules/.cache/fake-pages'),
  base: './',
  publicDir: false,
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'chrome140', assetsInlineLimit: 0, chunkSizeWarningLimit: 10_000, reportCompressedSize: false },
  server: { fs: { allow: [path.resolve(import.meta.dirname, '../..')] }, host: '127.0.0.1' },
  clearScreen: false,
})

export { config as default }
