import { decodeLensData, encodeLensData } from "../../core/index";
import { explanation, lensData, pageWords } from "./example";

test("what was encoded is decoded: all of it, with binary leaves that own their bytes", () => {
  const data = lensData();
  // A view into the middle of a pool, as network buffers are.
  const pool = new Float32Array(40);
  pool.set(data.results.r0.maps.data, 5);
  data.results.r0.maps.data = pool.subarray(5, 35);
  const encoded = encodeLensData(data) as typeof data;
  const leaf = encoded.results.r0.maps.data as unknown as DataView;
  expect([leaf.byteOffset, leaf.byteLength, leaf.buffer.byteLength]).toEqual([0, 120, 120]);
  expect(decodeLensData(encoded)).toEqual(data);
});

test("cosines at an odd offset are read", () => {
  const data = lensData();
  const bytes = new Uint8Array(121);
  bytes.set(new Uint8Array(data.results.r0.maps.data.buffer), 1);
  const { maps } = data.results.r0;
  const raw = { ...maps, data: new DataView(bytes.buffer, 1, 120) };
  expect(decodeLensData(broken("results.r0.maps", raw)).results.r0.maps.data).toEqual(maps.data);
});

/** Changes one leaf of fresh data, by path. */
function broken(path: string, value: unknown): unknown {
  const root = lensData() as unknown as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop() as string;
  let at = root;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
  return root;
}

const cases: [path: string, value: unknown, message: string][] = [
  ["pages", {}, "invalid pages: 0 entries, expected 1 to 500"],
  ["pages", [], "invalid pages: a list of 0, expected an object"],
  [
    "results",
    Object.fromEntries(Array.from({ length: 501 }, (_, i) => [i, 0])),
    "invalid results: 501 entries, expected 1 to 500",
  ],
  ["order", new Array(1_000_000), "invalid order: a list of 1000000, expected a list of 1 to 500"],
  ["order", ["r1"], 'invalid order[0]: "r1", expected the key of a result'],
  ["order", ["r0", "r0"], 'invalid order[1]: "r0", expected the key of a result, each once'],
  ["order", ["toString"], 'invalid order[0]: "toString"'],
  ["results.r0.model", "m1", 'invalid results.r0.model: "m1", expected a key of the lens\'s models'],
  [
    "results.r0.query",
    "__proto__",
    'invalid results.r0.query: "__proto__", expected a key of the lens\'s queries',
  ],
  ["results.r0.page", 1, "invalid results.r0.page: 1, expected text"],
  [
    "results.r0.page",
    "constructor",
    'invalid results.r0.page: "constructor", expected a key of the lens\'s pages',
  ],
  ["pages.p0.width", -5, "invalid pages.p0.width: -5, expected an integer from 1 to 100000"],
  ["pages.p0.number", 5, "invalid pages.p0.number: 5, expected an integer from 1 to 4"],
  [
    "pages.p0.picture.mime",
    "image/svg+xml",
    'invalid pages.p0.picture.mime: "image/svg+xml", expected one of image/png',
  ],
  [
    "pages.p0.picture.data",
    new Uint8Array(30),
    "invalid pages.p0.picture.data: 30 bytes, expected a PNG, JPEG or WebP",
  ],
  [
    "pages.p0.picture.data",
    "<svg onload=alert(1)>",
    'invalid pages.p0.picture.data: "<svg onload=alert(1)>", expected binary',
  ],
  ["results.r0.maps.rows", 0, "invalid results.r0.maps.rows: 0, expected an integer from 1 to 512"],
  [
    "results.r0.maps.rows",
    3,
    "invalid results.r0.maps.data: 30 cosines, expected 45: 5 tokens x 3 rows x 3 columns",
  ],
  [
    "queries.q0.tokens",
    [{ index: 0, id: 1, text: "a", kind: "special", word: null }],
    "invalid queries.q0.words[0].tokens: 1, expected a token of word 0",
  ],
  [
    "queries.q0",
    { ...lensData().queries.q0, tokens: lensData().queries.q0.tokens.slice(0, 4) },
    "invalid results.r0.maps.tokens: 5, expected 4, the tokens of its query",
  ],
  [
    "results.r0.maps.data",
    new Float32Array(29),
    "invalid results.r0.maps.data: 29 cosines, expected 30: 5 tokens x 2 rows x 3 columns",
  ],
  ["results.r0.maps.data", new Uint8Array(119), "invalid results.r0.maps.data: 119 bytes, expected float32"],
  [
    "results.r0.maps.data",
    new Float32Array(30).fill(Number.NaN),
    "invalid results.r0.maps.data[0]: NaN, expected a cosine",
  ],
  [
    "results.r0.maps.data",
    new Float32Array(30).fill(2),
    "invalid results.r0.maps.data[0]: 2, expected a cosine",
  ],
  ["models.m0.domain", [0.5, 0.5], "invalid models.m0.domain: 0.5 to 0.5, expected the lower end first"],
  ["models.m0.domain", [null, 1], "invalid models.m0.domain[0]: null, expected a number from -1 to 1"],
  ["queries.q0.tokens.1.kind", "script", 'invalid queries.q0.tokens[1].kind: "script", expected one of word'],
  ["queries.q0.tokens.0.index", 3, "invalid queries.q0.tokens[0].index: 3"],
  ["queries.q0.words.1.tokens", [1], "invalid queries.q0.words[1].tokens: 1, expected a token of word 1"],
  [
    // Else a small state could ask for billions of sums.
    "queries.q0.words.1.tokens",
    [2, 3, 3],
    "invalid queries.q0.words[1].tokens: 3, expected each token once, in order",
  ],
  [
    "results.r0.maxsim.score",
    99,
    "invalid results.r0.maxsim.score: 99, expected 1.6000, the sum over its tokens",
  ],
  [
    "results.r0.maxsim.tokens",
    [],
    "invalid results.r0.maxsim.tokens: a list of 0, expected a list of 5 to 5",
  ],
  [
    "results.r0.maxsim.tokens.0.row",
    2,
    "invalid results.r0.maxsim.tokens[0].row: 2, expected an integer from 0 to 1",
  ],
  ["models.m0.provenance.id", 7, "invalid models.m0.provenance.id: 7, expected text"],
  ["pages.p0.words", {}, "invalid pages.p0.words: an object, expected a list of 0 to 50000"],
  ["pages.p0.words", new Array(50_001), "invalid pages.p0.words: a list of 50001"],
  [
    "pages.p0.words",
    [{ ...pageWords()[0], rect: { x: 0, y: Number.NaN, width: 1, height: 1 } }],
    "invalid pages.p0.words[0].rect.y: NaN, expected a number from",
  ],
  [
    "pages.p0.words",
    [pageWords()[0], { ...pageWords()[0], line: 0.5 }],
    "invalid pages.p0.words[1].line: 0.5, expected an integer",
  ],
  [
    "pages.p0.words",
    [{ ...pageWords()[0], source: "guess" }],
    'invalid pages.p0.words[0].source: "guess", expected one of pdf, ocr',
  ],
];

test.each(cases)("refuses %s = %p", (path, value, message) => {
  expect(() => decodeLensData(broken(path, value))).toThrow(message);
});

test("a small file that claims to be a huge picture is refused without decoding it", () => {
  const bomb = new Uint8Array(33);
  bomb.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bomb.buffer).setUint32(16, 60_000);
  new DataView(bomb.buffer).setUint32(20, 60_000);
  expect(() => decodeLensData(broken("pages.p0.picture.data", bomb))).toThrow(
    "invalid pages.p0.picture.data: 60000 x 60000 pixels, expected at most 100000000 pixels",
  );
});

test("a million tokens are refused before their maps are looked at", () => {
  const many = explanation();
  many.query.tokens = new Array(1_000_000).fill(many.query.tokens[0]);
  expect(() => decodeLensData(lensData(many))).toThrow(
    "tokens: a list of 1000000, expected a list of 1 to 2048",
  );
});
