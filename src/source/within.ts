/** Waits for something, but not for ever. */

/** @returns `none` after `ms` without it, or when `signal` aborts */
export async function within<Seen>(
  seen: Promise<Seen>,
  ms: number,
  signal: AbortSignal,
): Promise<Seen | 'none'> {
  const { promise, resolve } = Promise.withResolvers<'none'>();
  const stop = () => resolve('none');
  const timer = setTimeout(stop, ms);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([seen, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
