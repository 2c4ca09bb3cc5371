import react from '@vitejs/plugin-react'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

// What the server answers itself. The service worker must never touch these:
// it holds the shell (script, style, icons, index.html) and no word of a chart.
const serverPaths = [/^\/(api|auth|oidc|fhir|live|mobile|visits|cds-services|hooks)(\/|$)/, /^\/(healthz|readyz|metrics)$/]

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      injectRegister: false,
      registerType: 'prompt',
      manifest: {
        name: 'Housecall',
        short_name: 'Housecall',
        description: 'Your health record, shared with the people who care for you.',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#F7F6F2',
        theme_color: '#F7F6F2',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png}'],
        // A patient's phone does not carry the clinic's pages.
        globIgnores: ['**/clinic-*'],
        importScripts: ['/push-worker.js'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: serverPaths,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // React has it itself since 18; the other is for those before.
  resolve: { alias: [{ find: /^use-sync-external-store\/shim$/, replacement: 'react' }] },
  build: {
    target: 'es2022',
    manifest: true,
    sourcemap: false,
    // Nothing may be inlined as data: into script or style; the policy of the server says 'self'.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        chunkFileNames: 'assets/[name]-[hash].js', entryFileNames: 'assets/[name]-[hash].js',
        // What every patient's page needs travels as one file: small ones pack badly.
        codeSplitting: { groups: [{ name: 'start', test: /src\/(shell\/(PatientNav|ActingBand|Banners|SessionGuard|relation|title|useMe|context)|ui\/(Button|Card|Face|Row|Skeleton|Empty|ErrorSummary|useWords)|format\/(names|age|locale|date))\b.*\.(ts|tsx)$/ }] },
      },
    },
  },
  server: {
    proxy: {
      '/api': 'http://localhost:8080',
      '/auth': 'http://localhost:8080',
      '/oidc': 'http://localhost:8080',
      '/live': { target: 'ws://localhost:8080', ws: true },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
})
