/** What was read, with its ETag: a change names it (`If-Match`), so that nobody overwrites what somebody else has changed. */
export interface Tagged<Value> {
  value: Value;
  etag: string;
}

export function tagged<Value>(answer: { data?: Value; response: Response }): Tagged<Value> {
  return { value: answer.data!, etag: answer.response.headers.get('etag') ?? '' };
}
