/** The only reader of the process's environment. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
