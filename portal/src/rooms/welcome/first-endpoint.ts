/** What the address of the first steps is called. */
export const FIRST_ENDPOINT = 'crm';
