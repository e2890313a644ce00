import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeLensData,
  decodeLensView,
  explanationOf,
  explanationsOf,
  fromEarlier,
  isEarlier,
  type LensData,
  packLens,
  unpackLens,
} from "../../core/index";

type Raw = Record<string, unknown>;

const saved = (name: string) => readFileSync(join(__dirname, "../fixtures/lens", name), "utf8");

/** Binary leaves as a notebook gives them. */
const withBytes = (json: string): Raw =>
  JSON.parse(json, (_, value) => {
    if (typeof value?.base64 !== "string") return value;
    const bytes = Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0));
    return new DataView(bytes.buffer);
  });

/** The parts of an earlier lens that a test looks into. */
interface Earlier {
  data: {
    pages: { sha256: string; name: string; picture: { data: DataView } }[];
    explanations: {
      page: number;
      query: { text: string };
      maps: { data: DataView };
      maxsim: { score: number };
      controls: { maxima: { word: DataView } };
      provenance: object;
      domain: number[];
    }[];
  };
}

const same = (data: Float32Array, view: DataView) =>
  Buffer.compare(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
  ) === 0;

function expectAsSaved(data: LensData, { data: before }: Earlier): void {
  const all = explanationsOf(data);
  expect(all.map((e) => e.query.text)).toEqual(before.explanations.map((e) => e.query.text));
  for (const [i, then] of before.explanations.entries()) {
    const now = all[i];
    expect([i, now.domain, now.provenance, now.maxsim.score]).toEqual([
      i,
      then.domain,
      then.provenance,
      then.maxsim.score,
    ]);
    expect(same(now.maps.data, then.maps.data)).toBe(true);
    const page = before.pages[then.page];
    expect([data.pages[now.page].sha256, data.pages[now.page].name]).toEqual([page.sha256, page.name]);
  }
  // Each thing is there once.
  const { models, queries, pages } = data;
  expect([models, queries, pages].map((of) => Object.keys(of).length)).toEqual([1, 2, before.pages.length]);
}

test("an exported page of version 1 opens with all that it had", () => {
  const before = withBytes(saved("version-1.json")) as Raw & Earlier;
  const { data, view, version } = unpackLens(saved("version-1.json"));
  expect(version).toBe(4);
  expectAsSaved(data, before);
  const [first] = before.data.explanations;
  const { baseline } = explanationOf(data, view.result);
  expect(same(baseline?.maxima.word as Float32Array, first.controls.maxima.word)).toBe(true);
  expect([view.result, view.compare, view.color.palette]).toEqual([data.order[0], null, "viridis"]);
});

test("an exported page of version 2 opens with its view: places are keys now, settings in groups", () => {
  const { data, view } = unpackLens(saved("version-2.json"));
  expectAsSaved(data, withBytes(saved("version-2.json")) as Raw & Earlier);
  expect(view).toMatchObject({
    result: data.order[1],
    compare: data.order[2],
    token: 0,
    word: 0,
    color: { palette: "mako", diverging: "RdBu", domain: [0.2, 0.7], opacity: 0.6, threshold: 0.3 },
    marks: { best: 3, contours: 2 },
  });
  expect(unpackLens(packLens({ version: 4, data, view }))).toEqual({ version: 4, data, view });
});

test("an exported page of version 3 opens in its own colours, without boxes; nobody had read its pages", () => {
  const before = withBytes(saved("version-3.json")) as { data: LensData };
  const { data, view, version } = unpackLens(saved("version-3.json"));
  expect(version).toBe(4);
  expect(data.order).toEqual(before.data.order);
  for (const key of data.order) {
    const [now, then] = [data.results[key], before.data.results[key]];
    expect(same(now.maps.data, then.maps.data as unknown as DataView)).toBe(true);
    expect(data.pages[now.page].words).toBeUndefined();
  }
  expect(view).toMatchObject({
    quantity: "cosine",
    color: { palette: "viridis", diverging: "PuOr", opacity: 0.8, blend: "alpha" },
    marks: { hits: false, best: 1 },
  });
});

test("a notebook's lens of version 2, whose pictures and controls are apart, is the same as the page", () => {
  const { data, view, pictures, controls } = withBytes(saved("version-2-widget.json"));
  expect(isEarlier(data)).toBe(true);
  // What this version's models of pictures say of what they lack.
  for (const picture of Object.values(pictures as object))
    Object.assign(picture, { paper: null, words: null });
  const now = fromEarlier({ data, view, pictures, controls });
  const read = decodeLensData(now.data);
  const page = unpackLens(saved("version-2.json"));
  expect(read).toEqual(page.data);
  expect(decodeLensView(read, now.view)).toEqual(page.view);
  expect(explanationOf(read, read.order[0]).baseline?.kind).toBe("baseline");
});

test("a view that was changed after such a lens was opened again keeps its keys", () => {
  const traits = withBytes(saved("version-2-widget.json"));
  const { data, view } = unpackLens(saved("version-2.json"));
  const changed = { ...view, result: data.order[2], compare: data.order[0] };
  const now = fromEarlier({ ...traits, view: changed });
  expect(decodeLensView(decodeLensData(now.data), now.view)).toEqual(changed);
});

test("a lens of before chance was measured opens without it; a query says nothing of what is dropped", () => {
  const first = withBytes(saved("version-1.json")) as Raw & Earlier;
  for (const explanation of first.data.explanations as Partial<Earlier["data"]["explanations"][0]>[])
    delete explanation.controls;
  const { chance, diverging, compare, difference, layout, ...old } = first.view as Raw;
  const now = fromEarlier({ data: first.data, view: { ...old, word: 1, forgotten: true } });
  const data = decodeLensData(now.data);
  expect(explanationsOf(data).every((e) => e.baseline === null && e.query.dropped.length === 0)).toBe(true);
  expect(decodeLensView(data, now.view)).toMatchObject({ result: data.order[0], compare: null, word: 1 });
});

test.each<[string, (lens: Raw & Earlier) => unknown, string]>([
  ["no pages", (lens) => ({ ...lens, data: { ...lens.data, pages: [] } }), "invalid pages: a list of 0"],
  [
    "many explanations",
    (lens) => ({ ...lens, data: { ...lens.data, explanations: new Array(1_000_000) } }),
    "invalid explanations: a list of 1000000, expected a list of 1 to 500",
  ],
  [
    "a page that is not there",
    (lens) => {
      lens.data.explanations[1].page = 2;
      return lens;
    },
    "invalid explanations[1].page: 2, expected an integer from 0 to 1",
  ],
  [
    "no provenance",
    (lens) => {
      lens.data.explanations[0].provenance = "<b>" as never;
      return lens;
    },
    'invalid explanations[0].provenance: "<b>", expected an object',
  ],
  [
    "broken maps",
    (lens) => {
      lens.data.explanations[0].maps.data = new DataView(new Float32Array(1).fill(7).buffer);
      return lens;
    },
    ".maps.data[0]: 7, expected a cosine",
  ],
])("an earlier lens with %s is refused", (_, change, message) => {
  const lens = withBytes(saved("version-1.json")) as Raw & Earlier;
  expect(() => decodeLensData(fromEarlier(change(lens) as Raw).data)).toThrow(message);
});

test("an explanation in view that is not there is refused", () => {
  const lens = { ...withBytes(saved("version-1.json")), view: { explanation: 3 } };
  const now = fromEarlier(lens);
  expect(() => decodeLensView(decodeLensData(now.data), now.view)).toThrow("invalid view.result: 3");
});
