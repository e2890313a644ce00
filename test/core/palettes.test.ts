import { lab } from "d3-color";
import { type Colours, colours, DIVERGING_NAMES, hex, PALETTE_NAMES } from "../../core/palettes";

const lightness = (table: Colours) => Array.from({ length: 256 }, (_, i) => lab(hex(table, i)).l);
// Colours of 8 bits step back by a fraction of a unit even in a monotone palette.
const ROUNDING = 0.35;

test.each(PALETTE_NAMES)("%s: lightness goes one way, over at least half the range", (name) => {
  const l = lightness(colours(name));
  const rising = l[255] > l[0];
  for (let i = 1; i < 256; i++) expect(rising ? l[i] - l[i - 1] : l[i - 1] - l[i]).toBeGreaterThan(-ROUNDING);
  expect(Math.abs(l[255] - l[0])).toBeGreaterThan(50);
  const turned = lightness(colours(name, true));
  expect(turned[0]).toBeGreaterThan(turned[255]);
});

test.each(DIVERGING_NAMES)("%s: lightest in the middle, darker to both sides", (name) => {
  const l = lightness(colours(name));
  for (let i = 1; i <= 127; i++) expect(l[i] - l[i - 1]).toBeGreaterThan(-ROUNDING);
  for (let i = 129; i < 256; i++) expect(l[i - 1] - l[i]).toBeGreaterThan(-ROUNDING);
});

test("ends are those of the published tables", () => {
  expect([hex(colours("viridis"), 0), hex(colours("viridis"), 255)]).toEqual(["#440154", "#fde725"]);
  expect([hex(colours("mako"), 0), hex(colours("mako"), 255)]).toEqual(["#0b0405", "#def5e5"]);
  expect(hex(colours("cividis"), 255)).toBe("#fdea45");
});

test("an unknown palette is refused", () => {
  expect(() => colours("jet" as "viridis")).toThrow('invalid palette: "jet", expected one of viridis');
});
