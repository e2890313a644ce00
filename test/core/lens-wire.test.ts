import { decodeLensData, encodeLensData, joinLens, splitLens } from "../../core/index";
import { baseline, explanation, lensData } from "./example";

const data = lensData(explanation({ baseline: baseline() }), explanation());

test("what travels apart is put together as it was", () => {
  const { data: rest, pictures, baselines: apart } = splitLens(data);
  expect(rest.pages[0]).not.toHaveProperty("picture");
  expect(rest.explanations.map((e) => e.baseline)).toEqual([null, null]);
  expect(Object.keys(pictures)).toEqual([data.pages[0].sha256]);
  expect(decodeLensData(joinLens(encodeLensData(rest), pictures, encodeLensData(apart)))).toEqual(data);
});

test("a picture stays one object as long as it is the same", () => {
  const { data: rest, pictures, baselines: apart } = splitLens(data);
  const [one, two] = [0, 1].map(() => decodeLensData(joinLens(rest, pictures, apart)).pages[0].picture.data);
  expect(one).toBe(two);
});

test("what the first version saved has it in place", () => {
  expect(decodeLensData(joinLens(encodeLensData(data), undefined, undefined))).toEqual(data);
});

test("what is missing or is no lens is said by name", () => {
  const { data: rest, baselines: apart } = splitLens(data);
  expect(() => decodeLensData(joinLens(rest, {}, apart))).toThrow("invalid pages[0].picture: undefined");
  expect(() => decodeLensData(joinLens("<b>", {}, []))).toThrow(
    'invalid lens data: "<b>", expected an object',
  );
  expect(() => decodeLensData(joinLens({ pages: [7], explanations: null }, null, null))).toThrow(
    "invalid pages[0]: 7",
  );
});
