import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { latexSnippet, markdownSnippet } from "../../core/index";
import { describe as described } from "../../kernel/jupyter/mime";
import { bundleOf } from "../../kernel/widgets/display";
import { lensState } from "../core/example";

const printed = async (value: unknown) => {
  const { data } = await described(value);
  expect(await bundleOf(value)).toEqual(data);
  return data["text/plain"];
};

test.each([
  ["latexSnippet", latexSnippet],
  ["markdownSnippet", markdownSnippet],
])("%s is printed as the lines to paste, and is a string", async (_name, snippet) => {
  const lines: string = snippet(lensState(), "figure.pdf");
  expect(lines.split("\n").length).toBeGreaterThan(2);
  expect(await printed(lines)).toBe(lines);
  expect(typeof lines).toBe("string");
  expect(() => writeFileSync("/dev/null", lines)).not.toThrow();
});

test("text of several lines is printed as it is, whatever line ends it has", async () => {
  for (const text of ["a\nb", "a\\b\n'c'\n", "\tx\r\ny", "\n"]) expect(await printed(text)).toBe(text);
});

test("other strings are printed as code has them, so that nothing in them is invisible", async () => {
  const strings = [
    "",
    "a",
    "it's",
    "a\\b",
    "a\tb",
    "\u001b[31mred\n\u001b[0m",
    "a\n\u0000",
    "over\rwritten\n",
  ];
  for (const text of strings) expect(await printed(text)).toBe(inspect(text));
  expect(await printed(["a\nb"])).toBe(inspect(["a\nb"]));
  expect(await printed({ a: "b\nc" })).toBe(inspect({ a: "b\nc" }));
});
