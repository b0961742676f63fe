/** Compresses what Vite has built, once, so that `callhook serve` never has to. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const BUILT = fileURLToPath(new URL('../../dist/portal/assets/', import.meta.url));

for (const name of readdirSync(BUILT)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const content = readFileSync(join(BUILT, name));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  writeFileSync(join(BUILT, `${name}.br`), brotliCompressSync(content, quality));
  writeFileSync(join(BUILT, `${name}.gz`), gzipSync(content, { level: 9 }));
}
