/** All that a stream gives, in its order. (`Array.fromAsync` does it from Node 22 on.) */
export async function allOf<T>(stream: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}
