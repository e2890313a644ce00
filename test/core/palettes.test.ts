import { lab, rgb } from "d3-color";
import { COLOR_MAP_NAMES, DIVERGING_NAMES, PALETTE_NAMES, TINT_NAMES } from "../../core/data/palette-names";
import { type Colours, colours, hex } from "../../core/scene/palettes";

const lightness = (table: Colours) => Array.from({ length: 256 }, (_, i) => lab(hex(table, i)).l);
// Colours of 8 bits step back by a fraction of a unit even in a monotone palette.
const ROUNDING = 0.35;

test.each(COLOR_MAP_NAMES)("%s: lightness goes one way, over at least half the range", (name) => {
  const l = lightness(colours(name));
  const rising = l[255] > l[0];
  for (let i = 1; i < 256; i++) expect(rising ? l[i] - l[i - 1] : l[i - 1] - l[i]).toBeGreaterThan(-ROUNDING);
  expect(Math.abs(l[255] - l[0])).toBeGreaterThan(50);
  const turned = lightness(colours(name, "light"));
  expect(turned[0]).toBeGreaterThan(turned[255]);
});

test.each(DIVERGING_NAMES)("%s: lightest in the middle, darker to both sides", (name) => {
  const l = lightness(colours(name));
  for (let i = 1; i <= 127; i++) expect(l[i] - l[i - 1]).toBeGreaterThan(-ROUNDING);
  for (let i = 129; i < 256; i++) expect(l[i - 1] - l[i]).toBeGreaterThan(-ROUNDING);
});

/** How a tint of the multiply blend looks on white paper, and how far that is from the paper. */
const onPaper = (table: Colours, i: number) => {
  const [r, g, b] = [0, 1, 2].map((k) => 0.8 * table[3 * i + k] + 0.2 * 255);
  return lab(rgb(r, g, b));
};
const visible = ({ l, a, b }: ReturnType<typeof lab>) => Math.hypot(100 - l, a, b);
/** Contrast of black print on a colour, by WCAG's formula. */
const contrast = (table: Colours, i: number) => {
  const [r, g, b] = [0, 1, 2]
    .map((k) => table[3 * i + k] / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) / 0.05;
};

test.each(PALETTE_NAMES)(
  "%s, multiplied: a stronger cell is always the more visible tint, and print stays readable",
  (name) => {
    const table = colours(name, "light");
    const all = Array.from({ length: 256 }, (_, i) => onPaper(table, i));
    let [most, lightest] = [0, 101];
    for (const colour of all) {
      expect(visible(colour)).toBeGreaterThan(most - 1);
      expect(colour.l).toBeLessThan(lightest + ROUNDING);
      most = Math.max(most, visible(colour));
      lightest = Math.min(lightest, colour.l);
    }
    expect(visible(all[0])).toBeLessThan(15);
    expect(visible(all[255])).toBeGreaterThan(visible(all[128]) + 10);
    for (let i = 0; i < 256; i++) expect(contrast(table, i)).toBeGreaterThanOrEqual(4.45);
  },
);

test.each(DIVERGING_NAMES)(
  "%s, multiplied: paper in the middle, more tint to both sides, print stays readable",
  (name) => {
    const table = colours(name, "light");
    for (let i = 0; i < 256; i++) expect(contrast(table, i)).toBeGreaterThanOrEqual(4.45);
    for (const side of [(i: number) => 127 - i, (i: number) => 128 + i]) {
      let most = 0;
      for (let i = 0; i < 128; i++) {
        expect(visible(onPaper(table, side(i)))).toBeGreaterThan(most - 1);
        most = Math.max(most, visible(onPaper(table, side(i))));
      }
      expect(visible(onPaper(table, side(0)))).toBeLessThan(3);
      expect(most).toBeGreaterThan(25);
    }
  },
);

test.each(PALETTE_NAMES.filter((name) => name !== "Greys"))(
  "%s: the strongest tint has a colour, on light paper and on dark",
  (name) => {
    const chroma = (paper: "light" | "dark") => {
      const { a, b } = lab(hex(colours(name, paper), 255));
      return Math.hypot(a, b);
    };
    expect(chroma("light")).toBeGreaterThan(18);
    expect(chroma("dark")).toBeGreaterThan(18);
  },
);

test.each(TINT_NAMES)("%s: white paper first, then darker and darker", (name) => {
  const l = lightness(colours(name));
  expect(hex(colours(name), 0)).toBe("#ffffff");
  for (let i = 1; i < 256; i++) expect(l[i - 1] - l[i]).toBeGreaterThan(-ROUNDING);
  expect(l[0] - l[255]).toBeGreaterThan(20);
  expect(colours(name, "light")).toEqual(colours(name));
});

test("ends are those of the published tables", () => {
  expect([hex(colours("viridis"), 0), hex(colours("viridis"), 255)]).toEqual(["#440154", "#fde725"]);
  expect([hex(colours("mako"), 0), hex(colours("mako"), 255)]).toEqual(["#0b0405", "#def5e5"]);
  expect(hex(colours("cividis"), 255)).toBe("#fdea45");
});

test("an unknown palette is refused", () => {
  expect(() => colours("jet" as "viridis")).toThrow(
    'invalid palette: "jet", expected one of amber, blue, violet, viridis',
  );
});
