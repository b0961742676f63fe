/** Code that was compiled once is kept for the other processes of a test run: each starts in half the time. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/callhook-tests', import.meta.url));

enableCompileCache(FOLDER);
process.env['NODE_COMPILE_CACHE'] = FOLDER;
