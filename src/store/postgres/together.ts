/** Work that is cheaper together: while one batch is under way, what comes waits and makes the next one. */
import { CallhookError } from '../../runtime/errors.ts';

interface Waiting<Item, Result> {
  items: readonly Item[];
  answer: PromiseWithResolvers<readonly Result[]>;
}

/**
 * @param work does all of them or none
 * @param isOf whose a result is, to hand each caller its own
 */
export function together<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  isOf: (result: Result, item: Item) => boolean,
): (items: readonly Item[]) => Promise<readonly Result[]> {
  let waiting: Waiting<Item, Result>[] = [];
  let isUnderWay = false;

  const doTogether = async (calls: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(calls.flatMap(({ items }) => items));
      for (const { items, answer } of calls) {
        answer.resolve(results.filter((result) => items.some((item) => isOf(result, item))));
      }
    } catch (error) {
      // One that cannot be done must not keep the others from it; a database that is away is away for all.
      const isForAll = calls.length === 1 || error instanceof CallhookError;
      if (isForAll) for (const { answer } of calls) answer.reject(error);
      else for (const call of calls) await doTogether([call]);
    }
  };

  const goOn = async (): Promise<void> => {
    if (isUnderWay) return;
    isUnderWay = true;
    while (waiting.length > 0) {
      const calls = waiting;
      waiting = [];
      await doTogether(calls);
    }
    isUnderWay = false;
  };

  return (items) => {
    const answer = Promise.withResolvers<readonly Result[]>();
    waiting.push({ items, answer });
    void goOn();
    return answer.promise;
  };
}
