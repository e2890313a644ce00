/** Prints objects as they come: one alone, or the items of an array that is whole whenever it ends. */
export function jsonPrinter(isOne: boolean, print: (text: string) => void) {
  let count = 0;
  return {
    add(item: unknown): void {
      const before = isOne ? "" : count === 0 ? "[" : ",\n";
      print(`${before}${JSON.stringify(item)}`);
      count++;
    },
    end(): void {
      if (count > 0) print(isOne ? "\n" : "]\n");
    },
  };
}
