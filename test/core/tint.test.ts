import {
  changeView,
  colours,
  comparison,
  DIVERGING_NAMES,
  defaultView,
  hex,
  type LensPage,
  PALETTE_NAMES,
  PAPER_SIDE,
  PatchMap,
  type RasterLayer,
  rasters,
  scene,
  TINT_NAMES,
  type ViewChange,
} from "../../core/index";
import { luminance, oklch, toOklch } from "../../core/scene/oklch";
import { paperOf, paperTone } from "../../core/scene/paper-tone";
import { explanation, lensData, lensPage, lensState } from "./example";

type Colour = readonly number[];

const entry = (table: Uint8Array, i: number): Colour => Array.from(table.subarray(3 * i, 3 * i + 3));
/** WCAG 2, from the definition. */
const lum = (colour: Colour) => {
  const [r, g, b] = colour
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: Colour, b: Colour) => {
  const [low, high] = [lum(a), lum(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const multiplied = (a: Colour, b: Colour) => a.map((v, k) => (v * b[k]) / 255);
const screened = (a: Colour, b: Colour) => a.map((v, k) => 255 - ((255 - v) * (255 - b[k])) / 255);

const WHITE = [255, 255, 255];
const PRINT = { black: [0, 0, 0], "#333": [51, 51, 51], "link blue": [0, 0, 238] };

describe.each(TINT_NAMES)("%s", (name) => {
  const [light, dark] = [colours(name, "light"), colours(name, "dark")];

  test("luminance falls on light paper and rises on dark, all the way", () => {
    for (let i = 1; i < 256; i++) {
      expect(lum(entry(light, i))).toBeLessThan(lum(entry(light, i - 1)) + 0.002);
      expect(lum(entry(dark, i))).toBeGreaterThan(lum(entry(dark, i - 1)) - 0.0005);
    }
    for (let i = 16; i < 256; i += 16) {
      expect(lum(entry(light, i))).toBeLessThan(lum(entry(light, i - 16)));
      expect(lum(entry(dark, i))).toBeGreaterThan(lum(entry(dark, i - 16)));
    }
  });

  test.each(Object.entries(PRINT))("%s print on the strongest tint can be read", (_, ink) => {
    const paper = entry(light, 255);
    expect(contrast(multiplied(ink, paper), multiplied(WHITE, paper))).toBeGreaterThanOrEqual(4.5);
  });

  test("white print on a dark slide under the strongest tint can be read", () => {
    const slide = [20, 22, 30];
    const paper = entry(dark, 255);
    expect(contrast(screened(WHITE, paper), screened(slide, paper))).toBeGreaterThanOrEqual(4.5);
  });
});

test("amber has the luminances and colours that it was designed with", () => {
  const table = colours("amber");
  const at = [0, 51, 102, 153, 204, 255].map((i) => lum(entry(table, i)));
  for (const [i, luminance] of [1, 0.88, 0.76, 0.65, 0.56, 0.46].entries())
    expect(at[i]).toBeCloseTo(luminance, 1);
  const far = (a: string, b: string) =>
    Math.max(
      ...[1, 3, 5].map((k) =>
        Math.abs(Number.parseInt(a.slice(k, k + 2), 16) - Number.parseInt(b.slice(k, k + 2), 16)),
      ),
    );
  // The design's steps of chroma were coarser.
  expect(far(hex(table, 255), "#fea028")).toBeLessThanOrEqual(4);
});

test("every palette is a tint, too: print on it can be read on both kinds of paper", () => {
  for (const name of [...PALETTE_NAMES, ...DIVERGING_NAMES])
    for (let i = 0; i < 256; i += 5) {
      const [light, dark] = [entry(colours(name, "light"), i), entry(colours(name, "dark"), i)];
      expect(contrast(PRINT.black, light)).toBeGreaterThanOrEqual(4.45);
      expect(contrast(WHITE, dark)).toBeGreaterThanOrEqual(4.5);
    }
});

test("OKLCH: white, black, grey, and a colour that the screen does not have", () => {
  expect([oklch(1, 0, 0), oklch(0, 0, 0)]).toEqual([WHITE, [0, 0, 0]]);
  // Björn Ottosson's red: L 0.628, C 0.2577, h 29.23.
  expect(oklch(0.62796, 0.25768, 29.234)).toEqual([255, 0, 0]);
  expect(toOklch([255, 0, 0]).chroma).toBeCloseTo(0.2577, 3);
  expect(toOklch([255, 0, 0]).hue).toBeCloseTo(29.23, 1);
  const clipped = toOklch(oklch(0.7, 0.4, 150));
  expect(Math.abs(clipped.hue - 150)).toBeLessThan(1);
  expect(clipped.chroma).toBeLessThan(0.3);
  expect(luminance([255, 255, 255])).toBeCloseTo(1, 6);
});

/** A page of 640 x 320 pixels, painted by a rule. */
const painted = (colour: (x: number, y: number) => Colour) => {
  const [width, height] = [640, 320];
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) pixels.set(colour(x, y), 3 * (y * width + x));
  return lensPage({ picture: { ...lensPage().picture, paper: paperOf({ width, height, pixels }) } });
};
const tones = (page: LensPage) => {
  const seen = new Set<string>();
  for (let i = 0; i < PAPER_SIDE ** 2; i++)
    seen.add(
      paperTone(page, ((i % PAPER_SIDE) + 0.5) / PAPER_SIDE, (Math.floor(i / PAPER_SIDE) + 0.5) / PAPER_SIDE),
    );
  return [...seen].sort();
};
/** Lines of dense print: 10 of 30 pixels high, a quarter of them covered with ink. */
const print = (ink: Colour, paper: Colour) => (x: number, y: number) =>
  y % 30 < 10 && x % 8 < 2 ? ink : paper;

test("paper is light under dark print, dark under light print, neither in a photograph", () => {
  expect(tones(painted(print([0, 0, 0], WHITE)))).toEqual(["light"]);
  expect(tones(painted(print([240, 240, 240], [20, 22, 30])))).toEqual(["dark"]);
  // Yellowed, as scans are.
  expect(tones(painted(print([60, 50, 40], [235, 225, 200])))).toEqual(["light"]);
  expect(tones(painted((x, y) => [90 + ((x * 7 + y * 13) % 60), 120, 100]))).toEqual(["between"]);
});

test("a dark slide with a picture has both, each in its place", () => {
  const page = painted((x) => (x < 320 ? [20, 22, 30] : [140, 110, 120]));
  expect([paperTone(page, 0.1, 0.5), paperTone(page, 0.9, 0.5)]).toEqual(["dark", "between"]);
  // Beyond the edges the edge goes on.
  expect([paperTone(page, -1, 2), paperTone(page, 1, 1)]).toEqual(["dark", "between"]);
});

test("the same page at another resolution has the same paper; a page of few pixels is no error", () => {
  const page = { width: 2000, height: 1500, pixels: new Uint8Array(2000 * 1500 * 3).fill(250) };
  expect(Array.from(new Set(paperOf(page)))).toEqual([250]);
  expect(paperOf({ width: 3, height: 2, pixels: new Uint8Array(18).fill(10) })[0]).toBe(10);
});

/** The left half of the page is white, then a column of black, then a picture. */
const mixed = () => {
  const paper = new Uint8Array(PAPER_SIDE ** 2).map(
    (_, i) => [250, 10, 120][Math.floor(((i % 64) * 3) / 64)],
  );
  const data = lensData();
  data.pages.p0.picture.paper = paper;
  return data;
};
const tinted = (view: ViewChange, data = mixed()) => {
  const state = lensState(
    { token: 2, word: 1, ...view, color: { blend: "tint", opacity: 1, palette: "auto", ...view.color } },
    data,
  );
  return { state, layers: rasters(scene(state)) };
};
const alphas = ({ raster }: RasterLayer) => Array.from(raster.data).filter((_, i) => i % 4 === 3);

test("a tint is parted by paper: each cell is in one layer, with the colour and blend of its paper", () => {
  // Token 2 is .20 .21 .22 / .25 .26 .27 on a domain of .10 to .50.
  const { layers } = tinted({});
  const [multiply, screen, normal] = ["multiply", "screen", "normal"].map(
    (blend) => layers.find((layer) => layer.blend === blend) as RasterLayer,
  );
  expect(alphas(multiply)).toEqual([255, 0, 0, 255, 0, 0]);
  expect(alphas(screen)).toEqual([0, 255, 0, 0, 255, 0]);
  // 0.12 + 0.5 t of 255, with t = 0.3 and 0.425.
  expect(alphas(normal)).toEqual([0, 0, 69, 0, 0, 85]);
  const colour = ({ raster }: RasterLayer, cell: number) =>
    Array.from(raster.data.subarray(4 * cell, 4 * cell + 3));
  expect(colour(multiply, 3)).toEqual(entry(colours("amber", "light"), Math.round(255 * 0.375)));
  expect(colour(screen, 4)).toEqual(entry(colours("amber", "dark"), Math.round(255 * 0.4)));
});

test("a weaker tint is paler, not see-through; without any nothing is painted", () => {
  const [{ raster }] = tinted({ color: { opacity: 0.5 } }).layers;
  expect(Array.from(raster.data.subarray(12, 15))).toEqual(
    entry(colours("amber"), Math.round(255 * 0.375 * 0.5)),
  );
  expect(raster.data[15]).toBe(255);
  expect(tinted({ color: { opacity: 0 } }).layers).toEqual([]);
  expect(tinted({ color: { threshold: 0.9 } }).layers).toEqual([]);
});

test("where nothing is known of the paper colours are see-through", () => {
  expect(tinted({}, lensData()).layers.map(({ blend }) => blend)).toEqual(["normal"]);
});

test("colours say what is shown: amber cosines, blue B, violet attention, A against B in both", () => {
  const data = lensData(
    explanation({
      layers: [
        {
          quantity: {
            ...new PatchMap(new Float32Array(6), 2, 3).description,
            name: "attention",
            similarity: false,
            chance: false,
          },
          maps: [{ of: "query", index: 0, data: new Float32Array(6).fill(0.4) }],
        },
      ],
    }),
    explanation({ maps: { ...explanation().maps, data: explanation().maps.data.map((v) => v / 2) } }),
  );
  const view = (change: ViewChange) => ({ data, view: changeView(data, defaultView(data), change) });
  const table = (change: ViewChange) => scene(view(change)).scale.colours;
  expect(table({})).toBe(colours("amber", "light"));
  expect(table({ quantity: "attention" })).toBe(colours("violet", "light"));
  const compared = view({ compare: "r1" });
  const b = comparison(compared, scene(compared));
  expect(b?.scale.colours).toBe(colours("blue", "light"));
  expect(b?.scale.domain).toEqual(scene(compared).scale.domain);
  expect(table({ compare: "r1", difference: true })).toBe(colours("blue-amber", "light"));
  // Who has chosen a palette keeps it.
  const chosen = view({ compare: "r1", color: { palette: "mako" } });
  expect(comparison(chosen, scene(chosen))?.scale.colours).toBe(colours("mako", "light"));
});

test("a lens opens tinted; another blend has its own opacity, unless one was chosen", () => {
  const data = lensData();
  const base = defaultView(data);
  expect(base.color).toMatchObject({ palette: "auto", blend: "tint", opacity: 1 });
  const alpha = changeView(data, base, { color: { blend: "alpha" } });
  expect(alpha.color.opacity).toBe(0.8);
  expect(changeView(data, alpha, { color: { palette: "mako" } }).color.opacity).toBe(0.8);
  expect(changeView(data, base, { color: { blend: "alpha", opacity: 0.3 } }).color.opacity).toBe(0.3);
  expect(changeView(data, alpha, { color: { blend: "tint" } }).color.opacity).toBe(1);
  const faint = changeView(data, base, { color: { opacity: 0.5 } });
  expect(changeView(data, faint, { color: { blend: "alpha" } }).color.opacity).toBe(0.5);
  expect(() => changeView(data, base, { color: { blend: "burn" as "tint" } })).toThrow(
    'invalid view.color.blend: "burn", expected one of tint, alpha, multiply, outline',
  );
});
