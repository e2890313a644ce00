import sharp from "sharp";
import {
  FIGURE_WIDTH,
  type Figure,
  type FigurePictures,
  figure,
  figurePlaces,
  figurePlan,
  figureTexts,
  type LensPage,
  type LensState,
  rasters,
  type Scene,
  serialise,
  withPngText,
} from "../../core/index.js";
import { withMissingNote } from "./missing.js";
import { outlined } from "./outline.js";

export interface FigureSize {
  /** Width in CSS pixels (1/96 inch), 300 to 4000. Default 720. */
  width?: number;
  /** Pixels per inch of the file: 96 gives `width` pixels, 300 is for print. Default 96. */
  dpi?: number;
}

/** A poster of 1 m at 300 dpi. Beyond, memory runs out; a side longer than this cairo refuses. */
const MOST_PIXELS = 150_000_000;
const LONGEST_SIDE = 32_000;
/** zlib's level for files. */
const QUICK = 3;

/**
 * A lens as a PNG: the page with its coloured cells and marks, scale, words, best patches and caption. The cells are
 * those of the widget, pixel for pixel. Alternative text, caption, provenance and resolution are in its metadata.
 * @param compression of zlib, 1 to 9; the default is quick, the highest makes files a quarter smaller in ten times the time
 * @throws RangeError on a width or resolution out of range, or too many pixels
 */
export async function renderPng(
  state: LensState,
  size: FigureSize = {},
  compression: number = QUICK,
): Promise<Uint8Array> {
  const { width, dpi } = checkedSize(size);
  const { root, height } = withMissingNote(await drawFigure(state, width, dpi));
  const pixels = [width, height].map((side) => Math.round((side * dpi) / 96));
  if (pixels[0] * pixels[1] > MOST_PIXELS || Math.max(...pixels) > LONGEST_SIDE)
    throw new RangeError(
      `invalid dpi: ${dpi} at a width of ${width} gives ${pixels.join(" x ")} pixels, expected at most ${MOST_PIXELS / 1e6} million and ${LONGEST_SIDE} a side: save it as PDF or SVG`,
    );
  const density = dpi * (72 / 96);
  const png = sharp(Buffer.from(serialise(outlined(root))), { density, limitInputPixels: false })
    .flatten({ background: "#fff" })
    .png({ compressionLevel: compression, palette: false });
  return withPngText(await png.toBuffer(), figureTexts(figurePlan(state)), dpi);
}

/** The figure's drawing with the pages' pictures prepared for a resolution. */
export async function drawFigure(state: LensState, width: number, dpi: number): Promise<Figure> {
  const plan = figurePlan(state);
  const places = figurePlaces(plan, width);
  const pictures = plan.panels.map(async ({ scene: of }, i): Promise<FigurePictures> => {
    const page = await pagePicture(of.page, (places[i].width * dpi) / 96);
    return { page, ...(of.view.cells === "smooth" && { layers: await smoothLayers(of) }) };
  });
  return figure(plan, await Promise.all(pictures), width);
}

/** @throws RangeError on a width or resolution out of range */
export function checkedSize({ width = FIGURE_WIDTH, dpi = 96 }: FigureSize): { width: number; dpi: number } {
  if (!(width >= 300 && width <= 4000))
    throw new RangeError(`invalid width: ${width}, expected 300 to 4000 CSS pixels`);
  if (!(dpi >= 36 && dpi <= 1200)) throw new RangeError(`invalid dpi: ${dpi}, expected 36 to 1200`);
  return { width, dpi };
}

/** Pictures made of a page so far, by width: the maps of its other tokens need the same. */
const pictures = new WeakMap<Uint8Array, Map<number, Promise<string>>>();

/** The page at the size it has in the figure: resampled once, well, instead of while drawing. */
function pagePicture({ picture }: LensPage, exact: number): Promise<string> {
  const width = Math.round(exact);
  const widths = pictures.get(picture.data) ?? new Map<number, Promise<string>>();
  pictures.set(picture.data, widths);
  const earlier = widths.get(width);
  if (earlier) return earlier;
  const work = sharp(picture.data)
    .resize({ width, withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer()
    .then((png) => dataUrl("image/png", png));
  work.catch(() => widths.delete(width));
  widths.set(width, work);
  return work;
}

function smoothLayers(of: Scene): Promise<string[]> {
  return Promise.all(
    rasters(of).map(async ({ raster: { data, width, height } }) => {
      const image = sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } });
      return dataUrl("image/png", await image.png().toBuffer());
    }),
  );
}

function dataUrl(mime: string, bytes: Buffer): string {
  return `data:${mime};base64,${bytes.toString("base64")}`;
}
