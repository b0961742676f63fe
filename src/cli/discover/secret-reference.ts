/** How a written file refers to a source's secret without saying it. */
import { dirname, resolve } from 'node:path';
import { readYaml } from '../../config/directory-file/yaml-tree.ts';
import { readText } from '../playback.ts';

const FILE = 'file:';

/**
 * The reference that the file has. A secret that is written out stays where it is, as do those of the database: a variable
 * named after the source stands for it.
 * @param file a directory file that was read without problems
 */
export function secretReference(file: string | undefined, sourceId: string): string {
  const written = file === undefined ? '' : writtenSecret(file, sourceId);
  if (file !== undefined && written.startsWith(FILE)) {
    return `${FILE}${resolve(dirname(file), written.slice(FILE.length))}`;
  }
  return /^\$\{\w+\}$/.test(written) ? written : `\${${variableOf(sourceId)}}`;
}

function writtenSecret(file: string, sourceId: string): string {
  const refuse = () => {
    throw new TypeError('this file was read before');
  };
  const { sources } = readYaml(readText(file), refuse).value as {
    sources?: readonly { id?: unknown; secret?: unknown }[];
  };
  const secret = sources?.find(({ id }) => id === sourceId)?.secret;
  return typeof secret === 'string' ? secret : '';
}

/** `office-pbx` → `OFFICE_PBX_SECRET` */
function variableOf(sourceId: string): string {
  const name = sourceId.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return `${/^\d/.test(name) ? '_' : ''}${name}_SECRET`;
}
