/** The routes of the API, as its document names them: a test that walks through them forgets none. */
import type { Client } from './api.ts';

export interface Operation {
  /** In capitals. */
  method: string;
  /** With its parameters in braces. */
  path: string;
  takesBody: boolean;
}

export async function operationsOf(client: Client): Promise<Operation[]> {
  const { body } = await client('GET', 'openapi.json');
  return Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      takesBody: 'requestBody' in (described as object),
    })),
  );
}

/** A parameter that is not given is called by its own name, and there is no such thing. */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? name));
}
