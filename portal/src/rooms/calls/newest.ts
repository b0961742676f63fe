/** Says what came on top of a list while somebody looks at it, for those who do not see it come. */
import { useState } from 'react';

/**
 * @param subject what the list is of: another one is a new list, of which nothing is said
 * @returns the newest of what came
 */
export function useNewest<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  subject: string,
): Item | undefined {
  const [newest] = items;
  const id = newest === undefined ? undefined : idOf(newest);
  const [seen, setSeen] = useState<{ subject: string; id: string | undefined; came?: Item }>({ subject, id });
  const isOther = seen.subject !== subject;
  if (isOther || seen.id !== id) {
    const hasCome = !isOther && newest !== undefined && seen.id !== undefined;
    setSeen({ subject, id, ...(hasCome && { came: newest }) });
  }
  return seen.came;
}
