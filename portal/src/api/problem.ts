/** What went wrong with a request: a problem document of the API (docs/ERRORS.md), or no answer at all. */
export interface FieldError {
  in: 'body' | 'query' | 'path';
  /** JSON pointer. */
  pointer: string;
  message: string;
  /** Where the portal has words of its own. */
  code?: string;
}

export class ApiProblem extends Error {
  /** 0: the server was not reached. */
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];

  constructor(said: { status: number; code: string; detail?: string; errors?: readonly FieldError[] }) {
    super(said.code);
    this.status = said.status;
    this.code = said.code;
    this.detail = said.detail;
    this.errors = said.errors ?? [];
  }
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const said: unknown = await response.json().catch(() => undefined);
  const document = typeof said === 'object' && said !== null ? said : {};
  return new ApiProblem({ code: 'UNKNOWN', ...document, status: response.status });
}

/**
 * The words for one field of a form, by its JSON pointer: `/numbers/0` → `numbers.0`.
 * @param word left out: the API's own
 */
export function fieldErrorsOf(
  problem: unknown,
  word: (error: FieldError) => string = ({ message }) => message,
): Record<string, string> {
  if (!(problem instanceof ApiProblem)) return {};
  return Object.fromEntries(
    problem.errors.map((error) => [error.pointer.slice(1).replaceAll('/', '.'), word(error)]),
  );
}
