import { csv } from "../../core/figure/csv";
import { scene, tableOf } from "../../core/index";
import { baseline, explanation, lensData, lensState } from "./example";

test("fields are quoted where they have to be, lines end as RFC 4180 has it", () => {
  expect(
    csv([
      ["a", "b"],
      ['say "yes", or', "two\nlines"],
    ]),
  ).toBe('a,b\r\n"say ""yes"", or","two\nlines"\r\n');
  expect(csv([[null, true, -0.25, 1e-9, "ä"]])).toBe(",true,-0.25,1e-9,ä\r\n");
});

test("text is no formula, a number stays one", () => {
  const texts = ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "\nd", "＝1", "＋1", "－1", "＠a"];
  for (const text of texts) expect(csv([[text]])).toContain(`'${text}`);
  expect(csv([["=a,b", -1, "a=1", ""]])).toBe('"\'=a,b",-1,a=1,\r\n');
});

test("a table has a row a token, or a word, whose numbers are those of the mean over its tokens", () => {
  const of = scene(lensState({}, lensData(explanation({ baseline: baseline() }))));
  const tokens = tableOf(of);
  expect(tokens.length).toBe(5);
  expect(tokens[4]).toEqual({
    text: "[MASK]",
    kind: "augmentation",
    value: Math.fround(0.47),
    row: 1,
    column: 2,
    score: Math.fround(0.47) + 0.25,
    offImage: true,
    p: null,
  });
  expect(tokens.map(({ text }) => text)).toEqual(["Q", "peak", "load", "##s", "[MASK]"]);
  expect(tokens.filter(({ p }) => p !== null)).not.toHaveProperty("toCsv");
  const words = tableOf(of, "word");
  expect(Array.from(words, (w) => [w.text, w.kind, w.row, w.column])).toEqual([
    ["peak", "word", 1, 2],
    ["loads", "word", 1, 2],
  ]);
  expect(words[1].value).toBeCloseTo(0.32, 6);
  expect(words[1].score).toBeCloseTo(0.27 + 0.37, 6);
  // One of 39 control words reaches .17 and .32.
  expect(words.map(({ p }) => p)).toEqual([2 / 40, 2 / 40]);
  expect(String(words)).toBe(
    [
      "word   kind  score  on a patch  row  column  chance p",
      "peak   word  0.170       0.170    1       2     0.050",
      "loads  word  0.640       0.320    1       2     0.050",
    ].join("\n"),
  );
  expect(words.toCsv()).toBe(
    "word,kind,score,on a patch,row,column,off the image,chance p\r\npeak,word,0.17,0.17,1,2,false,0.05\r\nloads,word,0.64,0.32,1,2,false,0.05\r\n",
  );
});

test("text of tokens is written as it is, and as no formula", () => {
  const e = explanation();
  e.query.tokens[1].text = '=HYPERLINK("x")';
  const table = tableOf(scene(lensState({}, lensData(e))));
  expect(table.toCsv().split("\r\n")[2]).toBe('"\'=HYPERLINK(""x"")",word,0.17,0.17,1,2,false,');
  expect(table[1].text).toBe('=HYPERLINK("x")');
});
