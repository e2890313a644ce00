import { PatchMap } from "../../core/data/patch-map";
import {
  decodeLensData,
  defineQuantity,
  encodeLensData,
  joinLens,
  layersWith,
  splitLens,
} from "../../core/index";
import { baseline, explanation, lensData, lensPage, pageWords } from "./example";

const data = lensData(explanation({ baseline: baseline() }), explanation());

test("what travels apart is put together as it was", () => {
  const { data: rest, pictures, results } = splitLens(data);
  expect(rest).not.toHaveProperty("results");
  expect(rest.pages.p0).not.toHaveProperty("picture");
  expect(Object.keys(pictures)).toEqual(["p0"]);
  expect(
    Object.values(results).map((r) => [Object.hasOwn(r.result, "baseline"), r.baseline !== null]),
  ).toEqual([
    [false, true],
    [false, false],
  ]);
  expect(decodeLensData(joinLens(encodeLensData(rest), pictures, encodeLensData(results)))).toEqual(data);
});

test("further maps travel apart from the maps of cosines, and are put together again", () => {
  const altitude = defineQuantity({ name: "altitude", unit: "m", range: [0, 900] });
  const layers = layersWith(explanation(), new PatchMap(new Float32Array(6).fill(7), 2, 3, altitude), {});
  const more = lensData(explanation({ layers }));
  const { data: rest, pictures, results } = splitLens(more);
  expect(results.r0.result).not.toHaveProperty("layers");
  expect(results.r0.layers).toEqual(layers);
  expect(decodeLensData(joinLens(encodeLensData(rest), pictures, encodeLensData(results)))).toEqual(more);
});

test("printed words travel with the picture, and are missing where nobody read them", () => {
  const words = pageWords();
  const read = { ...data, pages: { p0: lensPage({ words }) } };
  const { data: rest, pictures, results } = splitLens(read);
  expect(rest.pages.p0).not.toHaveProperty("words");
  expect(pictures.p0.words).toEqual([
    ["peak", 10, 130, 80, 40, 0, 0, "pdf"],
    ["loads", 210, 130, 80, 40, 0, 0, "pdf"],
  ]);
  const once = decodeLensData(joinLens(encodeLensData(rest), pictures, encodeLensData(results)));
  expect(once).toEqual(read);
  // They are not read again with every map that comes.
  expect(decodeLensData(joinLens(rest, pictures, results)).pages.p0.words).toBe(once.pages.p0.words);
  expect(splitLens(data).pictures.p0.words).toBeNull();
  expect(decodeLensData(joinLens(rest, splitLens(data).pictures, results)).pages.p0).not.toHaveProperty(
    "words",
  );
});

test("the paper of a page travels with its picture; bytes of another number are refused", () => {
  const lens = lensData();
  lens.pages.p0.picture.paper = new Uint8Array(64 * 64).map((_, i) => i % 251);
  const { data: rest, pictures, results } = splitLens(lens);
  const sent = encodeLensData(pictures);
  expect(decodeLensData(joinLens(encodeLensData(rest), sent, encodeLensData(results)))).toEqual(lens);
  lens.pages.p0.picture.paper = new Uint8Array(10);
  expect(() => decodeLensData(lens)).toThrow("invalid pages.p0.picture.paper: 10 bytes, expected 4096");
});

test("what every ask sends again is small", () => {
  expect(JSON.stringify(splitLens(data).data).length).toBeLessThan(3_000);
});

test("a picture stays one object as long as it is the same", () => {
  const { data: rest, pictures, results } = splitLens(data);
  const [one, two] = [0, 1].map(
    () => decodeLensData(joinLens(rest, pictures, results)).pages.p0.picture.data,
  );
  expect(one).toBe(two);
});

test("what is missing or is no lens is said by name", () => {
  const { data: rest, pictures, results } = splitLens(data);
  expect(() => decodeLensData(joinLens(rest, {}, results))).toThrow("invalid pages.p0.picture: undefined");
  expect(() => decodeLensData(joinLens(rest, pictures, { ...results, r1: null }))).toThrow(
    "invalid results.r1: null, expected an object",
  );
  expect(() => decodeLensData(joinLens(rest, pictures, {}))).toThrow("invalid results: 0 entries");
  for (const [words, message] of [
    ["<b>", 'invalid pages.p0.words: "<b>", expected a list'],
    [[7], "invalid pages.p0.words[0]: 7, expected an object"],
    [[["peak", 1, 2, 3]], "invalid pages.p0.words[0].rect.height: undefined, expected a number"],
  ])
    expect(() => decodeLensData(joinLens(rest, { p0: { ...pictures.p0, words } }, results))).toThrow(
      String(message),
    );
  expect(() => decodeLensData(joinLens("<b>", {}, []))).toThrow(
    'invalid lens data: "<b>", expected an object',
  );
  expect(() => decodeLensData(joinLens({ ...rest, pages: { p0: 7 } }, null, null))).toThrow(
    "invalid pages.p0: 7",
  );
});
