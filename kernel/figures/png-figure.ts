import sharp from "sharp";
import {
  type Figure,
  type FigureOptions,
  type FigurePictures,
  figure,
  figureLayout,
  figurePlan,
  figureSetting,
  figureTexts,
  type LaidPanel,
  type LensPicture,
  type LensState,
  type PanelCut,
  serialise,
  withPngText,
} from "../../core/index.js";
import { withMissingNote } from "./missing.js";
import { outlined } from "./outline.js";

export interface PictureOptions extends FigureOptions {
  /** Pixels per inch of a PNG: 96 gives a pixel for each CSS pixel, 300 is for print. Default 96. */
  dpi?: number;
}

/** A poster of 1 m at 300 dpi. Beyond, memory runs out; a side longer than this cairo refuses. */
const MOST_PIXELS = 150_000_000;
const LONGEST_SIDE = 32_000;
/** zlib's level for files. */
const QUICK = 3;

/**
 * A lens as a PNG: the page with its colours and boxes, the words, the legend, a caption. The cells are those of the widget,
 * pixel for pixel. Alternative text, caption, provenance and resolution are in its metadata.
 * @param compression of zlib, 1 to 9; the default is quick, the highest makes files a quarter smaller in ten times the time
 * @throws RangeError on an option that cannot be, or too many pixels
 */
export async function renderPng(
  state: LensState,
  options: PictureOptions = {},
  compression: number = QUICK,
): Promise<Uint8Array> {
  const { dpi = 96 } = options;
  if (!(dpi >= 36 && dpi <= 1200)) throw new RangeError(`invalid dpi: ${dpi}, expected 36 to 1200`);
  const { root, width, height } = withMissingNote(await drawFigure(state, options, dpi));
  const pixels = [width, height].map((side) => Math.round((side * dpi) / 96));
  if (pixels[0] * pixels[1] > MOST_PIXELS || Math.max(...pixels) > LONGEST_SIDE)
    throw new RangeError(
      `invalid dpi: ${dpi} at a width of ${Math.round((width * 25.4) / 96)} mm gives ${pixels.join(" x ")} pixels, expected at most ${MOST_PIXELS / 1e6} million and ${LONGEST_SIDE} a side: save it as PDF or SVG`,
    );
  const density = dpi * (72 / 96);
  const png = sharp(Buffer.from(serialise(outlined(root))), { density, limitInputPixels: false })
    .flatten({ background: "#fff" })
    .png({ compressionLevel: compression, palette: false });
  return withPngText(await png.toBuffer(), figureTexts(figurePlan(state)), dpi);
}

/**
 * The figure's drawing with the pages' pictures prepared for a resolution.
 * @throws RangeError on an option that cannot be
 */
export async function drawFigure(state: LensState, options: FigureOptions, dpi: number): Promise<Figure> {
  const layout = figureLayout(figurePlan(state), figureSetting(options));
  const pictures = layout.panels.map(async (panel, i): Promise<FigurePictures> => {
    const { picture } = layout.plan.panels[i].scene.page;
    const [page, layers] = await Promise.all([pagePicture(picture, panel, dpi), layerPictures(panel.cut)]);
    return { page, layers };
  });
  return figure(layout, await Promise.all(pictures));
}

/** Pictures made of a page so far, by part and width: the maps of its other tokens need the same. */
const pictures = new WeakMap<Uint8Array, Map<string, Promise<string>>>();

/** The shown part of a page at the size it has in the figure: resampled once, well, instead of while drawing. */
function pagePicture({ data }: LensPicture, { at, crop, cut }: LaidPanel, dpi: number): Promise<string> {
  const { left, top, width, height } = cut.picture;
  const wide = Math.ceil((((at.width * cut.place.width) / crop.width) * dpi) / 96);
  const key = [left, top, width, height, wide].join(" ");
  const made = pictures.get(data) ?? new Map<string, Promise<string>>();
  pictures.set(data, made);
  const earlier = made.get(key);
  if (earlier) return earlier;
  const work = sharp(data)
    .extract({ left, top, width, height })
    .resize({ width: wide, withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer()
    .then(dataUrl);
  work.catch(() => made.delete(key));
  made.set(key, work);
  return work;
}

function layerPictures({ layers }: PanelCut): Promise<string[]> {
  return Promise.all(
    layers.map(async ({ raster: { data, width, height } }) => {
      const image = sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } });
      return dataUrl(await image.png().toBuffer());
    }),
  );
}

function dataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString("base64")}`;
}
