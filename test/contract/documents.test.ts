import { defaultView } from "../../core/index";
import { lensData } from "../core/example";
import { read } from "./source";

/** Rows of the tables of a document, below their heads. */
const rowsOf = (file: string) =>
  [...(read(file) as string).matchAll(/^\| (?!---)(.+) \|$/gm)]
    .map(([, row]) => row.split(/ *\| */))
    .slice(1);

test("every number of docs/numbers.md is defined where it says, and says there what it is", () => {
  const rows = rowsOf("docs/numbers.md");
  expect(rows.length).toBeGreaterThan(15);
  const wrong = rows.filter((row) => {
    const [, name, file] = /^`(\w+)` in (\S+)$/.exec(row.at(-1) as string) ?? [];
    const definition = new RegExp(`\\*/\\nexport (async )?(function|interface|type|const) ${name}\\b`);
    return !file || !definition.test(read(file) ?? "");
  });
  expect(wrong).toEqual([]);
});

test("docs/view.md names every setting once, with what it is by default", () => {
  const data = lensData();
  const settings = Object.entries(defaultView(data)).flatMap(([name, value]) =>
    name === "color" || name === "marks"
      ? Object.entries(value).map(([part, of]) => [`${name}.${part}`, of])
      : [[name, value]],
  );
  const rows = rowsOf("docs/view.md");
  expect(rows.map(([name]) => name)).toEqual(settings.map(([name]) => `\`${name}\``));
  const wrong = rows.filter(([, , said], i) => {
    const value = settings[i][1] as unknown;
    const whole = typeof value === "object" && value !== null ? "all of the page" : String(value);
    const written = value === data.order[0] ? "the first of them" : whole;
    return !said.replaceAll("`", "").startsWith(written);
  });
  expect(wrong).toEqual([]);
});
