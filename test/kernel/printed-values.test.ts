import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  COSINE_QUANTITY,
  explanationsOf,
  latexSnippet,
  markdownSnippet,
  type Page,
  scene,
  tableOf,
} from "../../core/index";
import { LensTable } from "../../kernel/api/lens-table";
import {
  patchList,
  printedScore,
  rankingList,
  resultList,
  tokenList,
  wordList,
} from "../../kernel/api/lists";
import { describe as described } from "../../kernel/jupyter/mime";
import { bundleOf } from "../../kernel/widgets/display";
import { explanation, lensData, lensState } from "../core/example";

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

/** As it is printed in a cell and in Node alike. */
async function lines(value: unknown): Promise<string[]> {
  expect(await printed(value)).toBe(inspect(value));
  return inspect(value).split("\n");
}

test("words, tokens and the parts of the score print as tables, and are the lists they were", async () => {
  const one = explanation();
  expect(await lines(wordList(one))).toEqual([
    "index  word   tokens",
    "    0  peak   1 peak",
    "    1  loads  2 load, 3 ##s",
  ]);
  expect(await lines(tokenList(one))).toEqual([
    "index  token   kind          word   id",
    "    0  Q       prefix        –       5",
    "    1  peak    word          peak   17",
    "    2  load    word          loads  23",
    "    3  ##s     word          loads  29",
    "    4  [MASK]  augmentation  –       2",
  ]);
  expect(await lines(printedScore(one))).toEqual([
    "score 1.60 = patches 1.35 + off-image 0.25",
    "",
    "token   kind                               best  on a patch  row  column  chance p",
    "Q       prefix                            0.070       0.070    1       2         –",
    "peak    word                              0.170       0.170    1       2         –",
    "load    word                              0.270       0.270    1       2         –",
    "##s     word                              0.370       0.370    1       2         –",
    "[MASK]  augmentation (best is off-image)  0.720       0.470    1       2         –",
  ]);
  expect([wordList(one), tokenList(one), printedScore(one)]).toEqual([
    one.query.words,
    one.query.tokens,
    one.maxsim,
  ]);
  expect(JSON.stringify(tokenList(one))).toBe(JSON.stringify(one.query.tokens));
});

test("patches and ranked pages print as tables; what is long is counted, what is empty is an empty list", async () => {
  const patch = { row: 0, column: 12, value: -0.25, rect: { x: 9.75, y: 100, width: 20, height: 27.40625 } };
  expect(await lines(patchList([patch, { ...patch, row: 10, value: 0.5 }], COSINE_QUANTITY))).toEqual([
    "row  column   value    x      y  width  height",
    "  0      12  \u22120.250  9.8  100.0   20.0    27.4",
    " 10      12   0.500  9.8  100.0   20.0    27.4",
  ]);
  expect(await lines(patchList([], COSINE_QUANTITY))).toEqual(["[]"]);
  const page = (number: number, of: number, file = "/secret/a.pdf") =>
    ({ source: { file, number, of, dpi: 150, renderer: "test" } }) as Page;
  const ranked = [
    { page: page(2, 3), score: 12.3456 },
    { page: page(1, 1, "b\u202e\n.png"), score: 0 },
  ];
  expect(await lines(rankingList(ranked))).toEqual([
    "rank   score  page",
    "   1  12.346  a.pdf, page 2",
    "   2   0.000  b\ufffd .png",
  ]);
  expect(rankingList(ranked)).toEqual(ranked);
  const { data } = lensState();
  const [result] = explanationsOf(data);
  expect(await lines(resultList([result]))).toEqual([
    `${"key".padEnd(result.key.length)}  query       page                model       score`,
    `${result.key.padEnd(3)}  peak loads  report.pdf, page 1  mini, mini  ${result.maxsim.score.toFixed(3)}`,
  ]);
  const many = rankingList(
    Array.from({ length: 250 }, (_, i) => ({ page: page(i + 1, 250), score: 250 - i })),
  );
  expect([many.length, (await lines(many)).length, (await lines(many)).at(-1)]).toEqual([
    250,
    102,
    "… and 150 more",
  ]);
});

test("a lens's table is shown as one, as text and as HTML, and is saved as CSV", async () => {
  const data = lensData();
  data.queries.q0.tokens[1].text = "<b>&=";
  const table = new LensTable(tableOf(scene(lensState({}, data))));
  const { data: bundle } = await described(table);
  expect(String(bundle["text/plain"]).split("\n")[2]).toBe(
    "<b>&=   word                              0.170       0.170    1       2         –",
  );
  expect(bundle["text/html"]).toContain("<tr><td>&lt;b&gt;&amp;=</td><td>word</td><td>0.170</td>");
  const file = join(mkdtempSync(join(tmpdir(), "table-")), "numbers.CSV");
  expect(await table.save(file)).toBe(file);
  expect(readFileSync(file, "utf8")).toBe(table.toCsv());
  await expect(table.save("numbers.txt")).rejects.toThrow(
    'invalid file name: "numbers.txt", expected it to end in .csv',
  );
  expect(() => tableOf(scene(lensState()), "page" as never)).toThrow(
    'invalid rows: "page", expected one of token, word',
  );
});
