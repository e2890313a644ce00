import {
  askedQueries,
  changeView,
  decodeLensView,
  defaultView,
  keepSettings,
  type LensData,
  sameView,
  withEarlier,
} from "../../core/index";
import { explanation, lensData } from "./example";

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
  expect(changeView(data, chosen, { explanation: 1 })).toMatchObject({ explanation: 1, token: 1, word: 0 });
  expect(changeView(data, chosen, { explanation: 2 })).toMatchObject({
    explanation: 2,
    token: null,
    word: null,
  });
  expect(changeView(data, chosen, { explanation: 2, token: 2 })).toMatchObject({ token: 2, word: 1 });
});

test.each([
  [{ token: 5 }, "invalid view.token: 5, expected an integer from 0 to 4"],
  [{ token: 1.5 }, "invalid view.token: 1.5"],
  [{ word: 2 }, "invalid view.word: 2, expected an integer from 0 to 1"],
  [{ explanation: 3 }, "invalid view.explanation: 3, expected an integer from 0 to 2"],
  [
    { color: { palette: "jet" } },
    'invalid view.color.palette: "jet", expected one of viridis, cividis, mako',
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
  [{ compare: 9 }, "invalid view.compare: 9"],
])("refuses %p and says what is expected", (change, message) => {
  expect(() => changeView(data, view, change as object)).toThrow(message);
});

test.each([
  [{ marks: { best: 21 } }, "invalid view.marks.best: 21, expected an integer from 0 to 20"],
  [{ marks: 3 }, "invalid view.marks: 3, expected an object"],
  [{ color: undefined }, "invalid view.color: undefined, expected an object"],
  [
    { tokens: 1 },
    /^invalid view\.tokens: no such setting, expected one of explanation, .*zoom; did you mean token\?$/,
  ],
  [{ palette: "mako" }, /^invalid view\.palette: no such setting, .*; did you mean view\.color\.palette\?$/],
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
  expect(marks).toEqual({ best: 0, contours: 0 });
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
  const grouped = { ...rest, color: { ...same, scale }, marks: { best, contours } };
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
  const drawn = changeView(uneven, start, { compare: 1, region: onB });
  expect(drawn.region).toEqual(onB);
  expect(decodeLensView(uneven, JSON.parse(JSON.stringify(drawn)))).toEqual(drawn);
  expect(changeView(uneven, drawn, { color: { opacity: 0.5 }, difference: true }).region).toEqual(onB);
  // B becomes A, and A becomes B.
  const swapped = changeView(uneven, drawn, { explanation: 1 });
  expect([swapped.explanation, swapped.compare, swapped.region]).toEqual([1, 0, region]);
  expect(changeView(uneven, swapped, { explanation: 0 })).toMatchObject({ compare: 1, region: onB });
  // Another A leaves it; without its page, or on another grid, it is gone.
  expect(changeView(uneven, drawn, { explanation: 2 }).region).toEqual(onB);
  expect(changeView(uneven, drawn, { compare: 2 }).region).toBeNull();
  expect(changeView(uneven, drawn, { compare: null }).region).toBeNull();
  const onA = changeView(uneven, start, { region: { row: 1, column: 2, rows: 1, columns: 1 } });
  expect(changeView(uneven, onA, { explanation: 1 }).region).toBeNull();
  expect(changeView(uneven, onA, { explanation: 2 }).region).toEqual(onA.region);
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
    compare: 2,
    region: { row: 0, column: 0, rows: 1, columns: 1 },
  });
  expect(keepSettings(lensData(), before)).toEqual({
    ...view,
    color: { ...view.color, palette: "mako", opacity: 0.4 },
  });
});

test("what earlier queries said about the best page stays to compare with", () => {
  const asked = (text: string) => lensData(explanation({ query: { ...explanation().query, text } }));
  let now = asked("one");
  for (const text of ["two", "three", "two", "four", "five"]) now = withEarlier(asked(text), now);
  expect(now.explanations.map((e) => e.query.text)).toEqual(["five", "four", "two", "three", "one"]);
  for (let i = 0; i < 20; i++) now = withEarlier(asked(`more ${i}`), now);
  expect(now.explanations.map((e) => e.query.text).slice(0, 3)).toEqual(["more 19", "more 18", "more 17"]);
  expect(now.explanations.length).toBe(6);
});

test("a query whose best page is another one stays, on the page that was best for it", () => {
  const pages = ["aa", "bb", "cc"].map((part) => ({ ...lensData().pages[0], sha256: part.repeat(32) }));
  // What a query says of the given pages, best first.
  const asked = (text: string, ...best: number[]): LensData => ({
    pages: best.map((i) => pages[i]),
    explanations: best.map((_, page) => explanation({ page, query: { ...explanation().query, text } })),
  });
  const said = ({ pages: all, explanations }: LensData) =>
    explanations.map((e) => `${e.query.text} on ${all[e.page].sha256.slice(0, 2)}`);
  const two = withEarlier(asked("two", 1), asked("one", 0));
  expect(said(two)).toEqual(["two on bb", "one on aa"]);
  expect(two.pages.map((p) => p.sha256.slice(0, 2))).toEqual(["bb", "aa"]);
  // On the page that is best now an earlier query can be compared; its other pages go.
  const three = withEarlier(asked("three", 2, 1), withEarlier(asked("two", 1, 2, 0), asked("one", 0, 1)));
  expect(said(three)).toEqual(["three on cc", "three on bb", "two on bb", "two on cc", "one on aa"]);
  expect(three.pages.map((p) => p.sha256.slice(0, 2))).toEqual(["cc", "bb", "aa"]);
});

test("the queries asked are each there once, the newest last, whatever was asked again", () => {
  const asked = (text: string) => lensData(explanation({ query: { ...explanation().query, text } }));
  const labels = (of: LensData) => askedQueries(of).map((q) => q.label);
  let now = withEarlier(asked("b"), asked("a"));
  expect(labels(now)).toEqual(["a", "b"]);
  now = withEarlier(asked("a"), now);
  expect(labels(now)).toEqual(["b", "a"]);
  for (const { text, explanation: at } of askedQueries(now))
    expect(now.explanations[at].query.text).toBe(text);
  expect(askedQueries(asked("x\n\u202ey"))).toEqual([
    { text: "x\n\u202ey", label: "x \ufffdy", explanation: 0 },
  ]);
});
