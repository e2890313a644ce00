import { read } from "./source";

const ROW = /^\| ([^|]+) \| .* \| `(\w+)` in (\S+) \|$/;

test("every number of docs/numbers.md is defined where it says, and says there what it is", () => {
  const rows = (read("docs/numbers.md") as string).split("\n").filter((line) => line.startsWith("| "));
  const numbers = rows.slice(2).map((row) => ROW.exec(row)?.slice(1) ?? [row]);
  expect(numbers.length).toBeGreaterThan(15);
  const wrong = numbers.filter(([, name, file]) => {
    const defined = new RegExp(`\\*/\\nexport (async )?(function|interface|type|const) ${name}\\b`);
    return !defined.test(read(file) ?? "");
  });
  expect(wrong).toEqual([]);
});
