/** How many are worked on at the same time: as many threads as Node has beside its own. */
const AT_ONCE = 4;

/** Does what happens outside of this thread for some items at the same time. @returns results in the order of the items */
export async function several<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const hand = async () => {
    for (const [i, item] of left) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  return results;
}
