import { crc32 } from "node:zlib";
import { withPngText } from "../../core/index";
import { PICTURE } from "./example";

/** Chunks of a PNG by type, each checked against its sum. */
function chunks(png: Uint8Array): [string, Buffer][] {
  const bytes = Buffer.from(png);
  const out: [string, Buffer][] = [];
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at + 4, end)));
    out.push([bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, end)]);
    at = end + 4;
  }
  return out;
}

test("resolution and texts stand before the pixels, each chunk once, the pixels as they were", () => {
  const text = "cosine 0.17 · “peak” ≥ 電力 \u{1f600}";
  const made = chunks(withPngText(PICTURE, { Description: text, Provenance: "{}" }, 300));
  expect(made.map(([type]) => type)).toEqual(["IHDR", "pHYs", "iTXt", "iTXt", "IDAT", "IEND"]);
  const [, physical, description] = made.map(([, data]) => data);
  // 300 dots an inch are 11811 a metre.
  expect([physical.readUInt32BE(0), physical.readUInt32BE(4), physical[8]]).toEqual([11811, 11811, 1]);
  expect(description.toString("utf8")).toBe(`Description\0\0\0\0\0${text}`);
  const pixels = (png: Uint8Array) => chunks(png).filter(([type]) => type === "IDAT")[0][1];
  expect(pixels(withPngText(PICTURE, {}, 96))).toEqual(pixels(PICTURE));
});

test("what is not a PNG is refused", () => {
  expect(() => withPngText(new Uint8Array(20), {}, 96)).toThrow("invalid picture: 20 bytes, expected a PNG");
});
