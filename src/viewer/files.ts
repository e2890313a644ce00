import {
  type FigurePictures,
  figure,
  figurePlan,
  figureTexts,
  type LensPage,
  type LensState,
  lensJson,
  type Raster,
  rasters,
  serialise,
  withPngText,
} from "../../core/index.js";

/** Files that the browser can make by itself. */
export const LOCAL_FORMATS = ["svg", "png", "json"] as const;
/** Files that need the kernel. */
export const KERNEL_FORMATS = ["pdf", "html"] as const;
/** A file with the name it is saved under. */
export interface NamedFile {
  name: string;
  content: Blob;
}
export type SaveFormat = (typeof LOCAL_FORMATS)[number] | (typeof KERNEL_FORMATS)[number];

type Shown = Pick<LensState, "data" | "view">;

/** Pixels of a PNG a CSS pixel. */
const SHARPNESS = 2;

export async function localFile(state: Shown, format: (typeof LOCAL_FORMATS)[number]): Promise<Blob> {
  if (format === "json") {
    return new Blob([JSON.stringify(lensJson(state), null, 1)], { type: "application/json" });
  }
  const { text, width, height } = await drawing(state);
  const svg = new Blob([text], { type: "image/svg+xml" });
  if (format === "svg") return svg;
  const png = await rasterised(svg, width * SHARPNESS, height * SHARPNESS);
  const bytes = new Uint8Array(await png.arrayBuffer());
  return new Blob([withPngText(bytes, figureTexts(figurePlan(state)), 96 * SHARPNESS) as BlobPart], {
    type: "image/png",
  });
}

async function drawing(state: Shown): Promise<{ text: string; width: number; height: number }> {
  const plan = figurePlan(state);
  const pages = new Map<LensPage, Promise<string>>();
  const pictures = plan.panels.map(async ({ scene: of }): Promise<FigurePictures> => {
    const page = pages.get(of.page) ?? pagePicture(of.page);
    pages.set(of.page, page);
    const smooth = of.view.cells === "smooth";
    const layers = () => rasters(of).map(({ raster }) => pixels(raster).toDataURL("image/png"));
    return { page: await page, ...(smooth && { layers: layers() }) };
  });
  const { root, width, height } = figure(plan, await Promise.all(pictures));
  return { text: serialise(root), width, height };
}

async function pagePicture({ picture: { data, mime } }: LensPage): Promise<string> {
  const bitmap = await createImageBitmap(new Blob([data as BlobPart], { type: mime }));
  // PNG, because not every program that reads SVG knows WebP.
  const page = canvasOf(bitmap.width, bitmap.height, (context) => context.drawImage(bitmap, 0, 0));
  bitmap.close();
  return page.toDataURL("image/png");
}

async function rasterised(svg: Blob, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = canvasOf(width, height, (context) => context.drawImage(image, 0, 0, width, height));
    const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!png) throw new Error(`cannot draw a picture of ${width} x ${height} pixels in this browser`);
    return png;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function pixels({ width, height, data }: Raster): HTMLCanvasElement {
  return canvasOf(width, height, (context) => {
    const image = context.createImageData(width, height);
    image.data.set(data);
    context.putImageData(image, 0, 0);
  });
}

function canvasOf(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  draw(canvas.getContext("2d") as CanvasRenderingContext2D);
  return canvas;
}

/** Hands a file to the person, as the browser does with downloads. */
export function download({ name, content }: NamedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the URL after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
