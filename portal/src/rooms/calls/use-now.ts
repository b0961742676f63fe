import { useEffect, useState } from 'react';

/** The time, every second while it matters. */
export function useNow(matters: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!matters) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [matters]);
  return nowMs;
}
