/** New things come on top of a list; while the reader is further down they wait, so that nothing moves away. */
import { useState, useSyncExternalStore } from 'react';

const DOWN_PX = 160;

export function useHeld<Item>(items: readonly Item[], idOf: (item: Item) => string) {
  const isDown = useSyncExternalStore(onScroll, () => window.scrollY > DOWN_PX);
  const first = items[0] === undefined ? undefined : idOf(items[0]);
  const [top, setTop] = useState(first);
  if (!isDown && top !== first) setTop(first);
  const held = isDown
    ? Math.max(
        0,
        items.findIndex((item) => idOf(item) === top),
      )
    : 0;
  return { shown: items.slice(held), held };
}

function onScroll(look: () => void): () => void {
  window.addEventListener('scroll', look, { passive: true });
  return () => window.removeEventListener('scroll', look);
}
