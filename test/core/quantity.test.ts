import { inspect } from "node:util";
import { PatchMap } from "../../core/data/patch-map";
import { defineQuantity, differenceOf, numeral, reading, readings } from "../../core/data/quantities";
import { mapDifference } from "../../core/index";

const altitude = defineQuantity({ name: "altitude", unit: "m", range: [0, 900] });
const map = new PatchMap(Float32Array.of(0, 120, 340, 560, 780, 900), 2, 3, altitude);

test("what is not said of a quantity follows from its name and range", () => {
  expect(altitude).toEqual({
    name: "altitude",
    unit: "m",
    noun: "altitude",
    plural: "altitudes",
    range: [0, 900],
    scale: "sequential",
    decimals: 0,
    similarity: false,
    chance: false,
  });
  expect(defineQuantity({ name: "score-drop" })).toMatchObject({
    unit: "",
    noun: "score drop",
    plural: "score drops",
    range: null,
    decimals: 2,
  });
  expect(defineQuantity({ name: "attention", range: [0, 0.01] }).decimals).toBe(4);
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
