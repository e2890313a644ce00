/**
 * What a tokenizer drops of a query is told, and is no word of it.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { join } from "node:path";
import { caption, defaultView, LENS_STATE_VERSION, type LensState, scene } from "../../core/index.js";
import { alignTokens } from "../../engine/text/align.js";
import { openTokenizer } from "../../engine/text/tokenizer.js";
import { explain } from "../../kernel/api/explain.js";
import { loadModel } from "../../kernel/api/open.js";
import type { Model } from "../../kernel/hub/load-model.js";
import { goldenRoot } from "./support/golden.js";
import { pixelPage } from "./support/pixel-page.js";

const [LONG, LONGER] = ["a".repeat(120), "b".repeat(130)];
const page = () => pixelPage(new Uint8Array(40 * 30 * 3).fill(200), 40, 30, "page.png");
let mini: Model;
const warnings: string[] = [];
beforeAll(async () => {
  mini = await loadModel("mini", { cacheDir: null, provider: "cpu", onWarning: (w) => warnings.push(w) });
});
afterAll(() => mini.dispose());

test.each([
  ["wind power", ["wind", "power"], []],
  ["wind 📈 power", ["wind", "power"], ["📈"]],
  ["wind📈power", ["wind", "power"], ["📈"]],
  ["📈📉 wind 🇩🇪", ["wind"], ["📈📉", "🇩🇪"]],
  ["wind \u0001 power", ["wind", "power"], ["\u0001"]],
  ["wind\u0007power", ["wind", "power"], ["\u0007"]],
  ["電力 wind", ["wind"], ["電力"]],
  ["привет, wind!", ["wind"], ["привет"]],
  ["C++ and C#", ["C", "and", "C"], ["++", "#"]],
  ["wind & sun in §5", ["wind", "sun", "in", "5"], ["&", "§"]],
  ["wind?", ["wind"], []],
  ["“wind” — (power), …", ["wind", "power"], []],
  ["peak-load", ["peak", "load"], []],
  ["wind\u200bpower", ["wind", "power"], []],
  [`${LONG} wind`, [LONG, "wind"], [LONG]],
  [`${LONG} ${LONGER} wind`, [LONG, LONGER, "wind"], [LONG, LONGER]],
  [`wind ${LONG} 電力 ${LONGER}`, ["wind", LONG, LONGER], [LONG, "電力", LONGER]],
] as [string, string[], string[]][])("mini: %j", (text, words, dropped) => {
  const query = mini.tokenize(text);
  expect(query.words.map((w) => w.text)).toEqual(words);
  expect(query.dropped).toEqual(dropped);
  // Each word has tokens of its own.
  const tokens = query.words.flatMap((w) => w.tokens);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(query.words.every((w) => w.tokens.length > 0)).toBe(true);
});

test.each(["📈", "電力 市場", "\u0001\u0002", "?!", " \u200b ", LONG, `${LONG} 📈`])(
  "mini: nothing is left of %j, and it says so",
  (text) => {
    expect(() => mini.tokenize(text)).toThrow(
      `invalid query: ${JSON.stringify(text)} has nothing that the tokenizer knows, expected at least one word or number`,
    );
  },
);

test("a tokenizer that writes what it does not know in bytes drops nothing", async () => {
  const model = await loadModel(join(goldenRoot, "colpali"), { cacheDir: null, provider: "cpu" });
  for (const text of ["wind 📈 電力", "C++ §5 \u0001", "привет"])
    expect(model.tokenize(text).dropped).toEqual([]);
  expect(model.tokenize("wind 📈").words.map((w) => w.text)).toEqual(["wind", "📈"]);
  await model.dispose();
});

test("a word in front of dropped ones: no token of white space makes a word of them", () => {
  // SentencePiece marks word beginnings by a token of their own where the word is not in the vocabulary.
  const file = {
    added_tokens: [{ id: 0, content: "<unk>", special: true }],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Replace", pattern: { Regex: "📈" }, content: "" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: "BPE",
      unk_token: "<unk>",
      fuse_unk: false,
      byte_fallback: false,
      vocab: { "<unk>": 0, "▁": 1, w: 2, x: 3 },
      merges: [],
    },
  };
  const tokenizer = openTokenizer("tiny", file, {});
  const { ids } = tokenizer.encode("w 📈", false);
  const { seen } = alignTokens("w 📈", ids, tokenizer);
  expect(Array.from(seen)).toEqual([1, 1, 0, 0]);
});

test("a query is warned about once, and caption and lens say it", async () => {
  warnings.length = 0;
  const text = "wind 電力";
  const lens = await explain(mini, page(), text, { baseline: false });
  await lens.ask("sun");
  await lens.ask(text);
  expect(warnings).toEqual([
    'query "wind 電力": mini does not see "電力", which its tokenizer drops or does not know; maps and scores are of the rest',
  ]);
  expect(lens.explanation.query.dropped).toEqual(["電力"]);
  expect(lens.words.map((w) => w.text)).toEqual(["wind"]);
  expect(caption(scene(lens.state))).toContain(" The model does not see “電力” of the query. Page score");
  const { data } = lens.state;
  const seen = Object.entries(data.queries).map(([key, query]) => [key, { ...query, dropped: [] }]);
  const other: LensState["data"] = { ...data, queries: Object.fromEntries(seen) };
  const state = { version: LENS_STATE_VERSION, data: other, view: defaultView(other) };
  expect(caption(scene(state))).not.toContain("does not see");
});
