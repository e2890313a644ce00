import {
  askedQueries,
  changeView,
  decodeLensData,
  decodeLensView,
  defaultView,
  explanationOf,
  explanationsOf,
  keepSettings,
  type LensData,
  lensDataOf,
  queryText,
  sameView,
  withEarlier,
} from "../../core/index";
import { baseline, explanation, lensData, lensPage } from "./example";

const data = lensData(
  explanation(),
  explanation(),
  explanation({ query: { ...explanation().query, text: "other" } }),
);
const view = defaultView(data);

test("a token takes its word along; a word of one token picks that token; index 0 counts", () => {
  expect(changeView(data, view, { token: 3 })).toMatchObject({ token: 3, word: 1 });
  expect(changeView(data, view, { token: 0 })).toMatchObject({ token: 0, word: null });
  expect(changeView(data, view, { word: 0 })).toMatchObject({ token: 1, word: 0 });
  expect(changeView(data, view, { word: 1 })).toMatchObject({ token: null, word: 1 });
  const chosen = changeView(data, view, { token: 1 });
  expect(changeView(data, chosen, { token: null })).toMatchObject({ token: null, word: null });
  expect(changeView(data, chosen, { word: null })).toMatchObject({ token: null, word: null });
});

test("a saved view comes back as it was, unknown properties dropped, missing ones by default", () => {
  for (const change of [
    { token: 3 },
    { word: 1 },
    { token: 0 },
    { region: { row: 0, column: 1, rows: 2, columns: 2 } },
  ]) {
    const changed = changeView(data, view, change);
    expect(sameView(decodeLensView(data, JSON.parse(JSON.stringify(changed))), changed)).toBe(true);
  }
  expect(decodeLensView(data, { future: 1, color: { opacity: 0.25, hue: 2 } })).toEqual({
    ...view,
    color: { ...view.color, opacity: 0.25 },
  });
});

test("the selection survives another page of the same query, not another query", () => {
  const chosen = changeView(data, view, { token: 1 });
  expect(changeView(data, chosen, { result: "r1" })).toMatchObject({ result: "r1", token: 1, word: 0 });
  expect(changeView(data, chosen, { result: "r2" })).toMatchObject({
    result: "r2",
    token: null,
    word: null,
  });
  expect(changeView(data, chosen, { result: "r2", token: 2 })).toMatchObject({ token: 2, word: 1 });
});

test.each([
  [{ token: 5 }, "invalid view.token: 5, expected an integer from 0 to 4"],
  [{ token: 1.5 }, "invalid view.token: 1.5"],
  [{ word: 2 }, "invalid view.word: 2, expected an integer from 0 to 1"],
  [{ result: "r3" }, 'invalid view.result: "r3", expected the key of a result: r0, r1, r2'],
  [{ result: 1 }, "invalid view.result: 1, expected the key of a result: r0, r1, r2"],
  [{ result: "constructor" }, 'invalid view.result: "constructor"'],
  [
    { color: { palette: "jet" } },
    'invalid view.color.palette: "jet", expected one of auto, amber, blue, violet, viridis, cividis, mako',
  ],
  [{ color: { opacity: 1.2 } }, "invalid view.color.opacity: 1.2, expected a number from 0 to 1"],
  [{ color: { opacity: Number.NaN } }, "invalid view.color.opacity: NaN"],
  [{ color: { threshold: 7 } }, "invalid view.color.threshold: 7, expected a number from -1 to 1"],
  [{ color: { domain: [0.5, 0.2] } }, "invalid view.color.domain: 0.5 to 0.2, expected the lower end first"],
  [
    { region: { row: 1, column: 0, rows: 2, columns: 1 } },
    "invalid view.region.rows: 2, expected an integer from 1 to 1",
  ],
  [{ zoom: { scale: 0, x: 0, y: 0 } }, "invalid view.zoom.scale: 0, expected a number from 1 to 32"],
  [{ compare: "r9" }, 'invalid view.compare: "r9", expected the key of a result'],
])("refuses %p and says what is expected", (change, message) => {
  expect(() => changeView(data, view, change as object)).toThrow(message);
});

test.each([
  [{ marks: { best: 21 } }, "invalid view.marks.best: 21, expected an integer from 0 to 20"],
  [{ marks: 3 }, "invalid view.marks: 3, expected an object"],
  [{ color: undefined }, "invalid view.color: undefined, expected an object"],
  [
    { tokens: 1 },
    /^invalid view\.tokens: no such setting, expected one of result, .*zoom; did you mean token\?$/,
  ],
  [{ palette: "mako" }, /^invalid view\.palette: no such setting, .*; did you mean view\.color\.palette\?$/],
  [{ pallete: "mako" }, /^invalid view\.pallete: no such setting, .*; did you mean view\.color\.palette\?$/],
  [{ scale: "token" }, /; did you mean view\.color\.scale\?$/],
  [{ normalise: "token" }, /; did you mean view\.color\.scale\?$/],
  [{ top: 3 }, /; did you mean view\.marks\.best\?$/],
  [
    { color: { pallete: "mako" } },
    /^invalid view\.color\.pallete: no such .* palette, .*; did you mean palette\?$/,
  ],
  [{ constructor: 1 }, "invalid view.constructor: no such setting"],
])("refuses %p and says what is expected", (change, message) => {
  expect(() => changeView(data, view, change as object)).toThrow(message);
});

test("of a group as much changes as is given, also by the names that people know from elsewhere", () => {
  const { color, marks, zoom } = changeView(data, view, {
    color: { palette: "mako" },
    marks: { best: 0 },
    zoom: { scale: 2 },
  });
  expect(color).toEqual({ ...view.color, palette: "mako" });
  expect(marks).toEqual({ hits: true, best: 0, contours: 0 });
  expect(zoom).toEqual({ scale: 2, x: 0.5, y: 0.5 });
  expect(changeView(data, view, { colour: { normalize: "token", cmap: "magma" } })).toEqual({
    ...view,
    color: { ...view.color, scale: "token", palette: "magma" },
  });
  expect(view).toEqual(defaultView(data));
});

test("a view that was saved before settings had groups opens with all of them", () => {
  const { color, marks, ...rest } = changeView(data, view, { word: 1, chance: "hidden" });
  const flat = {
    palette: "mako",
    diverging: "RdBu",
    normalisation: "robust",
    domain: [0.1, 0.4],
    opacity: 0,
    threshold: 0.2,
    blend: "outline",
    top: 0,
    contours: 3,
  };
  const { normalisation: scale, top: best, contours, ...same } = flat;
  // Hits had no boxes then.
  const grouped = { ...rest, color: { ...same, scale }, marks: { hits: false, best, contours } };
  expect(decodeLensView(data, { ...rest, ...flat })).toEqual(grouped);
  expect(decodeLensView(data, { ...rest, ...flat, threshold: null }).color.threshold).toBeNull();
  expect(() => decodeLensView(data, { ...rest, ...flat, palette: "jet" })).toThrow(
    "invalid view.color.palette",
  );
  expect(Object.keys(color).sort()).toEqual(Object.keys(grouped.color).sort());
  expect(Object.keys(marks).sort()).toEqual(Object.keys(grouped.marks).sort());
});

test("a region belongs to the side it was drawn on, and goes along when its page changes sides", () => {
  const tall = explanation();
  tall.grid = { rows: 3, columns: 2 };
  tall.maps = { ...tall.maps, rows: 3, columns: 2 };
  const uneven = lensData(explanation(), tall, explanation());
  const start = defaultView(uneven);
  const region = { row: 2, column: 1, rows: 1, columns: 1 };
  const onB = { ...region, side: "b" } as const;
  const drawn = changeView(uneven, start, { compare: "r1", region: onB });
  expect(drawn.region).toEqual(onB);
  expect(decodeLensView(uneven, JSON.parse(JSON.stringify(drawn)))).toEqual(drawn);
  expect(changeView(uneven, drawn, { color: { opacity: 0.5 }, difference: true }).region).toEqual(onB);
  // B becomes A, and A becomes B.
  const swapped = changeView(uneven, drawn, { result: "r1" });
  expect([swapped.result, swapped.compare, swapped.region]).toEqual(["r1", "r0", region]);
  expect(changeView(uneven, swapped, { result: "r0" })).toMatchObject({ compare: "r1", region: onB });
  // Another A leaves it; without its page, or on another grid, it is gone.
  expect(changeView(uneven, drawn, { result: "r2" }).region).toEqual(onB);
  expect(changeView(uneven, drawn, { compare: "r2" }).region).toBeNull();
  expect(changeView(uneven, drawn, { compare: null }).region).toBeNull();
  const onA = changeView(uneven, start, { region: { row: 1, column: 2, rows: 1, columns: 1 } });
  expect(changeView(uneven, onA, { result: "r1" }).region).toBeNull();
  expect(changeView(uneven, onA, { result: "r2" }).region).toEqual(onA.region);
  expect(() => changeView(uneven, start, { region: onB })).toThrow(
    'invalid view.region.side: "b", expected "a": view.compare is null, so there is no B',
  );
  expect(() => changeView(uneven, drawn, { region: { ...region, side: "c" as "b" } })).toThrow(
    'invalid view.region.side: "c"',
  );
  // A's grid has two rows.
  expect(() => changeView(uneven, drawn, { region })).toThrow(
    "invalid view.region.row: 2, expected an integer from 0 to 1",
  );
});

test("a new query keeps how things are drawn and drops what was selected", () => {
  const before = changeView(data, view, {
    word: 1,
    color: { palette: "mako", opacity: 0.4 },
    compare: "r2",
    region: { row: 0, column: 0, rows: 1, columns: 1 },
  });
  expect(keepSettings(lensData(), before)).toEqual({
    ...view,
    color: { ...view.color, palette: "mako", opacity: 0.4 },
  });
});

/** What a query says of the given pages, best first, with the keys that a lens gives. */
const answer = (text: string, ...best: number[]): LensData =>
  lensDataOf(
    (best.length > 0 ? best : [0]).map((i) => ({
      explanation: explanation({ query: { ...explanation().query, text } }),
      page: pages[i],
    })),
  );
const pages = ["aa", "bb", "cc"].map((part) => lensPage({ sha256: part.repeat(32) }));
const queries = (of: LensData) => explanationsOf(of).map((e) => e.query.text);

test("what earlier queries said about the best page stays to compare with", () => {
  let now = answer("one");
  for (const text of ["two", "three", "two", "four", "five"]) now = withEarlier(answer(text), now);
  expect(queries(now)).toEqual(["five", "four", "two", "three", "one"]);
  for (let i = 0; i < 20; i++) now = withEarlier(answer(`more ${i}`), now);
  expect(queries(now).slice(0, 3)).toEqual(["more 19", "more 18", "more 17"]);
  expect([now.order, now.results, now.queries].map((of) => Object.keys(of).length)).toEqual([6, 6, 6]);
  expect(decodeLensData(now)).toEqual(now);
});

test("a query whose best page is another one stays, on the page that was best for it", () => {
  const said = (data: LensData) =>
    explanationsOf(data).map((e) => `${e.query.text} on ${e.provenance.page.sha256.slice(0, 2)}`);
  const held = (data: LensData) => Object.values(data.pages).map((p) => p.sha256.slice(0, 2));
  const two = withEarlier(answer("two", 1), answer("one", 0));
  expect(said(two)).toEqual(["two on bb", "one on aa"]);
  expect(held(two)).toEqual(["bb", "aa"]);
  // On the page that is best now an earlier query can be compared; its other pages go.
  const three = withEarlier(answer("three", 2, 1), withEarlier(answer("two", 1, 2, 0), answer("one", 0, 1)));
  expect(said(three)).toEqual(["three on cc", "three on bb", "two on bb", "two on cc", "one on aa"]);
  expect(held(three)).toEqual(["cc", "bb", "aa"]);
});

test("what is in view stays in any case, on any page and however long ago it was asked", () => {
  const first = answer("one", 0, 1, 2);
  const [, second, third] = first.order;
  const now = withEarlier(answer("two", 0), first, third);
  expect(now.order.slice(1)).toEqual([first.order[0], third]);
  expect(now.order).not.toContain(second);
  let later: LensData = now;
  for (let i = 0; i < 10; i++) later = withEarlier(answer(`more ${i}`, 0), later, third);
  expect(later.order.filter((key) => queryText(later, key) === "one")).toEqual([third]);
  expect(later.order).toHaveLength(7);
  expect(decodeLensData(later)).toEqual(later);
});

test("a query that is asked again has the results that it had, chance included", () => {
  const first = answer("one", 0);
  const [key] = first.order;
  first.results[key].baseline = baseline();
  const again = withEarlier(answer("one", 0, 1), withEarlier(answer("two"), first));
  expect(queries(again)).toEqual(["one", "one", "two"]);
  expect(again.results[key]).toBe(first.results[key]);
  expect(again.pages[first.results[key].page]).toBe(pages[0]);
  expect(again.results[again.order[1]].baseline).toBeNull();
});

test("the queries asked are each there once, the newest last, whatever was asked again", () => {
  const labels = (of: LensData) => askedQueries(of).map((q) => q.label);
  let now = withEarlier(answer("b"), answer("a"));
  expect(labels(now)).toEqual(["a", "b"]);
  now = withEarlier(answer("a"), now);
  expect(labels(now)).toEqual(["b", "a"]);
  for (const { text, result } of askedQueries(now)) expect(explanationOf(now, result).query.text).toBe(text);
  const odd = answer("x\n\u202ey");
  expect(askedQueries(odd)).toEqual([{ text: "x\n\u202ey", label: "x \ufffdy", result: odd.order[0] }]);
});
