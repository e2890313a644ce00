import { inspect } from "node:util";
import { PatchMap } from "../../core/data/patch-map";
import { defineQuantity, differenceOf, numeral, reading, readings } from "../../core/data/quantities";
import {
  alpha,
  altText,
  caption,
  changeView,
  decodeLensData,
  defaultView,
  describeScale,
  encodeLensData,
  type FigurePlan,
  figure,
  figureLayout,
  figurePlan,
  figureSetting,
  figureTexts,
  finding,
  type Layer,
  layersWith,
  legend,
  lensJson,
  mapDifference,
  packLens,
  type Scene,
  type SvgNode,
  scene,
  tableOf,
  unpackLens,
  type ViewChange,
} from "../../core/index";
import { baseline, explanation, lensData, lensState } from "./example";

const altitude = defineQuantity({ name: "altitude", unit: "m", range: [0, 900] });
const map = new PatchMap(Float32Array.of(0, 120, 340, 560, 780, 900), 2, 3, altitude);

test("what is not said of a quantity follows from its name and range", () => {
  expect(altitude).toEqual({
    name: "altitude",
    unit: "m",
    noun: "altitude",
    plural: "altitudes",
    range: [0, 900],
    domain: null,
    scale: "sequential",
    decimals: 0,
    similarity: false,
    chance: false,
  });
  expect(defineQuantity({ name: "paper-gap" })).toMatchObject({
    unit: "",
    noun: "paper gap",
    plural: "paper gaps",
    range: null,
    decimals: 2,
  });
  expect(defineQuantity({ name: "albedo", range: [0, 0.01] }).decimals).toBe(4);
});

test("nobody else's quantity has the name of one that the package measures", () => {
  for (const name of ["score-drop", "attention", "attention-rollout", "attention-received-over-uniform"])
    expect(() => defineQuantity({ name })).toThrow(
      `invalid quantity.name: "${name}", expected another name: this one is measured by the package`,
    );
});

test("what is said of a quantity is checked", () => {
  const define = (change: object) => () => defineQuantity({ name: "altitude", ...change });
  expect(define({ name: "Above sea" })).toThrow(
    'invalid quantity.name: "Above sea", expected lower-case letters, digits and hyphens',
  );
  expect(define({ name: "cosine-difference" })).toThrow(
    'invalid quantity.name: "cosine-difference", expected another name: this one is measured by the package',
  );
  expect(define({ range: [900, 0] })).toThrow(
    "invalid quantity.range: 900 to 0, expected the lower end first",
  );
  expect(define({ range: [0, Number.NaN] })).toThrow("invalid quantity.range[1]: NaN");
  expect(define({ range: [0, Number.POSITIVE_INFINITY] })).toThrow("invalid quantity.range[1]: Infinity");
  expect(define({ decimals: 7 })).toThrow("invalid quantity.decimals: 7, expected an integer from 0 to 6");
  expect(define({ scale: "rainbow" })).toThrow(
    'invalid quantity.scale: "rainbow", expected one of sequential',
  );
  expect(define({ unit: 3 })).toThrow("invalid quantity.unit: 3, expected text");
  // Nobody else's numbers are judged by the controls' cosines.
  expect(define({ similarity: true, chance: true })()).toMatchObject({ similarity: false, chance: false });
  expect(define({ noun: "al\u202e\ntitude" })().noun).toBe("al\ufffd titude");
});

test("numbers are said with their unit, finer in tables", () => {
  expect([numeral(640.26, altitude), numeral(640.26, altitude, true)]).toEqual(["640", "640.3"]);
  expect([reading(-640.26, altitude), readings([0, 900], altitude)]).toEqual(["\u2212640 m", "0 to 900 m"]);
});

test("a map carries its quantity", () => {
  expect([map.quantity, map.unit, map.range, map.at(1, 0)]).toEqual(["altitude", "m", [0, 900], 560]);
  expect(inspect(map)).toBe("PatchMap 2 × 3, altitudes 0 … 900 m, highest 900 m at row 1, column 2");
  expect(() => new PatchMap(new Float32Array(5), 2, 3, altitude)).toThrow(
    "invalid map: 5 numbers, expected 6: 2 rows x 3 columns",
  );
});

test("a difference is of one quantity, in its unit", () => {
  const other = new PatchMap(new Float32Array(6).fill(100), 2, 3, altitude);
  const less = mapDifference(map, other);
  expect(Array.from(less.data)).toEqual([-100, 20, 240, 460, 680, 800]);
  expect(less.description).toEqual(differenceOf(altitude));
  expect(less.description).toMatchObject({
    name: "altitude-difference",
    noun: "difference of altitudes",
    unit: "m",
    range: [-900, 900],
    scale: "diverging",
  });
  expect(() => mapDifference(map, new PatchMap(new Float32Array(6), 2, 3))).toThrow(
    "invalid difference: altitude less cosine, expected maps of the same quantity",
  );
});

const texts = (node: SvgNode): string[] =>
  node.children.flatMap((child) => (typeof child === "string" ? [child] : texts(child)));
const painted = ({ scale, shown }: Scene) => Array.from(shown.map.data, (v) => alpha(scale, v) > 0);

/** "peak loads" with heights of the ground under the page's patches, and under the word "peak". */
function measured() {
  const e = explanation({ baseline: baseline() });
  const word = new PatchMap(Float32Array.of(300, 310, 320, 650, 640, 630), 2, 3, altitude);
  const layers = layersWith(e, map, {});
  return { ...e, layers: layersWith({ ...e, layers }, word, { word: 0 }) };
}

const state = (view: ViewChange = {}) => {
  const data = lensData(measured(), measured());
  return {
    ...lensState({}, data),
    view: changeView(data, defaultView(data), { quantity: "altitude", ...view }),
  };
};
const peak = { token: 1, word: 0 };

test("a lens shows it: the map of what is selected, else that of the whole query", () => {
  const shown = (view: ViewChange = {}) => scene(state(view)).shown;
  expect(shown()).toMatchObject({ kind: "aggregate", label: "the whole query", wider: false });
  expect(shown().map.data).toEqual(map.data);
  expect(shown(peak)).toMatchObject({ kind: "word", label: "“peak”", wider: false });
  expect(shown(peak).map.at(1, 0)).toBe(650);
  expect(shown({ word: 1 })).toMatchObject({ label: "the whole query", wider: true });
  expect(shown(peak).map.description).toEqual(altitude);
});

test("its scale is in metres, over its whole range; range and threshold are set in metres", () => {
  const { scale } = scene(state());
  expect(scale).toMatchObject({
    domain: [0, 900],
    axis: [0, 900],
    threshold: 0,
    chance: null,
    kind: "sequential",
  });
  expect(describeScale(scale)).toBe("altitude 0 to 900 m (fixed range)");
  const set = scene(state({ color: { domain: [100, 700], threshold: 339 } }));
  expect(describeScale(set.scale)).toBe("altitude 100 to 700 m (fixed range, painted from 339 m)");
  expect(painted(set)).toEqual([false, false, true, true, true, true]);
  expect(scene(state({ color: { scale: "token" }, ...peak })).scale.domain).toEqual([300, 650]);
  expect(scene(state({ color: { scale: "query" }, ...peak })).scale).toMatchObject({
    domain: [0, 900],
    note: "range of all maps",
  });
  expect(() => state({ color: { threshold: 901 } })).toThrow(
    "invalid view.color.threshold: 901, expected a number from 0 to 900",
  );
  expect(() => state({ color: { domain: [5] as never } })).toThrow(
    "invalid view.color.domain: a list of 1, expected two altitudes, for example [540, 810]",
  );
});

test("another quantity has its own range and threshold", () => {
  const { data } = state();
  const cosines = changeView(data, defaultView(data), {
    color: { domain: [0.1, 0.3], threshold: 0.2, opacity: 0.5 },
  });
  const metres = changeView(data, cosines, { quantity: "altitude" });
  expect(metres.color).toMatchObject({ domain: null, threshold: null, opacity: 0.5 });
  const back = changeView(data, changeView(data, metres, { color: { threshold: 500 } }), {
    quantity: "cosine",
  });
  expect(back.color.threshold).toBeNull();
  expect(() => changeView(data, metres, { quantity: "depth" })).toThrow(
    'invalid view.quantity: "depth", expected one of cosine, altitude',
  );
});

test("an explanation, or a B, without it shows cosines; a difference is in metres", () => {
  const data = lensData(measured(), explanation(), measured());
  const view = changeView(data, defaultView(data), { quantity: "altitude", color: { threshold: 500 } });
  const other = changeView(data, view, { result: "r1" });
  expect([other.quantity, other.color.threshold]).toEqual(["cosine", null]);
  expect(changeView(data, view, { compare: "r1" }).quantity).toBe("cosine");
  expect(() => changeView(data, view, { compare: "r1", quantity: "altitude" })).toThrow(
    "invalid view.quantity",
  );
  const less = scene({ data, view: changeView(data, view, { compare: "r2", difference: true }) });
  expect(less.shown.map).toMatchObject({ quantity: "altitude-difference", unit: "m" });
  expect(describeScale(less.scale)).toBe("difference of altitudes \u22121 to 1 m (symmetric about 0)");
});

test("the legend's axis is labelled in metres", () => {
  const labels = texts(legend(scene(state()), 200, "#000"));
  expect(labels).toEqual(["0", "200", "400", "600", "800"]);
});

function drawnOf(plan: FigurePlan) {
  const layout = figureLayout(plan, figureSetting());
  return figure(
    layout,
    layout.panels.map(({ cut }) => ({ page: "data:", layers: cut.layers.map(() => "data:") })),
  );
}

const CLAIMS = /cosine|chance|unrelated|similarity|match|score drop|exact for|control/i;

test("words, figure, table and files say altitude, in metres; nothing of cosines or chance", () => {
  for (const view of [{}, peak, { layout: "multiples" } as const, { compare: "r1" }]) {
    const s = scene(state(view));
    const plan = figurePlan(state(view));
    for (const words of [
      caption(s),
      altText(s),
      describeScale(s.scale),
      ...Object.entries(figureTexts(plan)).flatMap(([key, value]) => (key === "Provenance" ? [] : [value])),
      texts(drawnOf(plan).root).join("\n"),
      tableOf(s).toString(),
      tableOf(s).toCsv(),
    ])
      expect(words).not.toMatch(CLAIMS);
  }
  const s = scene(state(peak));
  expect(finding(s)).toBe("Altitude, “peak”: highest at the bottom of the page (650 m).");
  expect(altText(s)).toBe(
    "Altitude map of “peak” for the query “peak loads” on page 1 of 4 of report.pdf. Altitude, “peak”: highest at the bottom of the page (650 m). Places: the bottom of the page (650 m).",
  );
});

test("a figure has its scale with both ends, its numbers with their unit, one on every panel", () => {
  const drawn = (view: ViewChange) => {
    const plan = figurePlan(state(view));
    return texts(drawnOf(plan).root);
  };
  expect(drawn(peak)).toEqual(expect.arrayContaining(["altitude in m", "0", "900", "peak", "650 m"]));
  const several = drawn({ layout: "multiples" });
  expect(several).toEqual(expect.arrayContaining(["all", "900 m", "peak", "650 m"]));
  // There is no map of it.
  expect(several).not.toContain("loads");
});

test("files have its maps with all that is known of it; cosines stay beside them", () => {
  const json = lensJson(state(peak), { arrays: true });
  expect(json.shown).toMatchObject([
    {
      label: "“peak”",
      quantity: "altitude",
      unit: "m",
      map: [
        [300, 310, 320],
        [650, 640, 630],
      ],
    },
  ]);
  expect(json.layers).toEqual([
    {
      quantity: altitude,
      maps: [
        {
          of: "query",
          index: 0,
          map: [
            [0, 120, 340],
            [560, 780, 900],
          ],
        },
        {
          of: "word",
          index: 0,
          map: [
            [300, 310, 320],
            [650, 640, 630],
          ],
        },
      ],
    },
  ]);
  expect(json.view.quantity).toBe("altitude");
  expect(lensJson(lensState())).not.toHaveProperty("layers");
});

test("a table has a row for each of its maps", () => {
  expect(String(tableOf(scene(state())))).toBe(
    [
      "text        kind   altitude in m  row  column",
      "peak loads  query          900.0    1       2",
      "peak        word           650.0    1       0",
    ].join("\n"),
  );
  expect(tableOf(scene(state())).toCsv()).toBe(
    "text,kind,altitude in m,row,column\r\npeak loads,query,900,1,2\r\npeak,word,650,1,0\r\n",
  );
});

test("a map that does not fit is refused", () => {
  const e = explanation();
  const add =
    (data: number[], subject = {}, rows = 2) =>
    () =>
      layersWith(e, new PatchMap(Float32Array.from(data), rows, 6 / rows, altitude), subject);
  expect(add([0, 1, 2, 3, 4, 901])).toThrow("invalid map data 5: 901, expected a number from 0 to 900");
  expect(add([0, 1, 2, Number.NaN, 4, 5])).toThrow(
    "invalid map data 3: NaN, expected a number from 0 to 900",
  );
  expect(add([0, 1, 2, 3, 4, 5], {}, 3)).toThrow(
    "invalid map: 3 x 2 patches, expected 2 x 3, as the page has",
  );
  expect(add([0, 1, 2, 3, 4, 5], { word: 2 })).toThrow(
    "invalid map index: 2, expected an integer from 0 to 1",
  );
  expect(add([0, 1, 2, 3, 4, 5], { token: 0.5 })).toThrow(
    "invalid map index: 0.5, expected an integer from 0 to 4",
  );
  expect(() => layersWith(e, new PatchMap(new Float32Array(6), 2, 3), {})).toThrow(
    'invalid quantity.name: "cosine", expected another name',
  );
});

test("words without a map of their own are the mean over their tokens; aggregates are over what there is", () => {
  const e = explanation();
  const of = (...values: number[]) => new PatchMap(Float32Array.from(values), 2, 3, altitude);
  const one = { ...e, layers: layersWith(e, of(100, 0, 0, 0, 0, 0), { token: 2 }) };
  const both = { ...e, layers: layersWith(one, of(300, 0, 0, 0, 0, 60), { token: 3 }) };
  const shown = (explanation: typeof one, view: ViewChange) =>
    scene({
      data: lensData(explanation),
      view: changeView(lensData(explanation), defaultView(lensData(explanation)), {
        quantity: "altitude",
        ...view,
      }),
    }).shown;
  expect(shown(both, { word: 1 }).map.data).toEqual(Float32Array.of(200, 0, 0, 0, 0, 30));
  expect(shown(one, { word: 1 })).toMatchObject({ label: "maximum over 1 of 3 tokens", wider: true });
  expect(shown(both, { aggregate: "mean" })).toMatchObject({
    label: "mean over 2 of 3 tokens",
    wider: false,
  });
  expect(shown(both, { aggregate: "winner" }).map.data).toEqual(Float32Array.of(300, 0, 0, 0, 0, 60));
});

test("a saved lens opens again with maps of a quantity that nobody has heard of", () => {
  const saved = state(peak);
  const again = unpackLens(packLens(saved));
  expect(again).toEqual(saved);
  expect(describeScale(scene(again).scale)).toBe("altitude 0 to 900 m (fixed range)");
});

const wrong: [name: string, change: (layer: Layer) => unknown, message: string][] = [
  ["a cosine", (l) => ({ ...l, quantity: { ...l.quantity, name: "cosine" } }), '.quantity.name: "cosine"'],
  ["its own chance", (l) => ({ ...l, quantity: { ...l.quantity, chance: true } }), ".quantity.chance: true"],
  [
    "a similarity",
    (l) => ({ ...l, quantity: { ...l.quantity, similarity: true } }),
    ".quantity.similarity: true",
  ],
  ["no range", (l) => ({ ...l, quantity: { ...l.quantity, range: [1, 1] } }), ".quantity.range: 1 to 1"],
  ["no places", (l) => ({ ...l, quantity: { ...l.quantity, decimals: -1 } }), ".quantity.decimals: -1"],
  ["no maps", (l) => ({ ...l, maps: [] }), ".maps: a list of 0"],
  ["of what", (l) => ({ ...l, maps: [{ ...l.maps[0], of: "page" }] }), '.maps[0].of: "page"'],
  ["of which", (l) => ({ ...l, maps: [{ ...l.maps[0], index: 1 }] }), ".maps[0].index: 1"],
  [
    "twice",
    (l) => ({ ...l, maps: [l.maps[0], l.maps[0]] }),
    ".maps[1].index: 0, expected one map of each query",
  ],
  [
    "short",
    (l) => ({ ...l, maps: [{ ...l.maps[0], data: new Float32Array(5) }] }),
    ".maps[0].data: 5 altitudes",
  ],
  [
    "NaN",
    (l) => ({ ...l, maps: [{ ...l.maps[0], data: new Float32Array(6).fill(Number.NaN) }] }),
    ".maps[0].data[0]: NaN",
  ],
  [
    "high",
    (l) => ({ ...l, maps: [{ ...l.maps[0], data: new Float32Array(6).fill(901) }] }),
    ".maps[0].data[0]: 901",
  ],
  [
    "no bytes",
    (l) => ({ ...l, maps: [{ ...l.maps[0], data: [0, 1, 2, 3, 4, 5] }] }),
    ".maps[0].data: a list of 6",
  ],
];

test.each(wrong)("maps that are %s are refused", (_name, change, message) => {
  const data = lensData(measured());
  const [layer] = data.results.r0.layers as Layer[];
  data.results.r0.layers = [change(layer) as Layer];
  expect(() => decodeLensData(encodeLensData(data))).toThrow(`invalid results.r0.layers[0]${message}`);
  data.results.r0.layers = [layer, layer];
  expect(() => decodeLensData(encodeLensData(data))).toThrow(
    'invalid results.r0.layers[1].quantity.name: "altitude", expected each quantity once',
  );
});
