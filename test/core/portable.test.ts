import { fromBase64, toBase64 } from "../../core/data/base64";
import { packLens, unpackLens } from "../../core/index";
import { lensState } from "./example";

test("base64 agrees with Node's for every length and byte", () => {
  for (let length = 0; length < 9; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 251 * i + length);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  }
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(fromBase64(toBase64(all))).toEqual(all);
  expect(() => fromBase64("ab<d")).toThrow("invalid base64: a foreign character at 2");
});

test("a packed lens unpacks to the same, and cannot end the script element it stands in", () => {
  const state = lensState({ token: 3, word: 1, color: { palette: "mako" } });
  state.data.pages.p0.name = "</script><script>alert(1)</script>";
  const json = packLens(state);
  expect(json).not.toContain("<");
  expect(unpackLens(json)).toEqual(state);
});

test("another version is refused", () => {
  expect(() => unpackLens('{"version": 99}')).toThrow(
    "invalid lens version: 99, expected 1 to 4; made by another version",
  );
});
