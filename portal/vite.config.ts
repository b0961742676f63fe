import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npm run dev -w portal` beside a `callhook serve` on its usual port. */
const API = 'http://127.0.0.1:8480';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/portal',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': API } },
});
