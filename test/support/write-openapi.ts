/** `npm run openapi`: writes docs/openapi.json anew. A test says when that is due. */
import { writeFileSync } from 'node:fs';
import type { ApiContext } from '../../src/api/context.ts';
import { openApiDocument } from '../../src/api/openapi.ts';
import { allRoutes } from '../../src/api/routes.ts';
import { VERSION } from '../../src/runtime/version.ts';

const context = { store: {} } as ApiContext;
const text = `${JSON.stringify(openApiDocument(allRoutes(context), VERSION), null, 2)}\n`;
writeFileSync(new URL('../../docs/openapi.json', import.meta.url), text);
