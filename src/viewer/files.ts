import {
  type FigureOptions,
  type FigurePictures,
  figure,
  figureLayout,
  figureOptions,
  figurePlan,
  figureSetting,
  figureTexts,
  type LensPicture,
  type LensState,
  lensJson,
  type PanelCut,
  type Raster,
  scene,
  serialise,
  tableOf,
  withPngText,
} from "../../core/index.js";

/** Files that the browser can make by itself. */
export const LOCAL_FORMATS = ["svg", "png", "json", "csv"] as const;
/** Files that need the kernel. */
export const KERNEL_FORMATS = ["pdf", "html"] as const;
/** A file with the name it is saved under. */
export interface NamedFile {
  name: string;
  content: Blob;
}
type LocalFormat = (typeof LOCAL_FORMATS)[number];
export type SaveFormat = LocalFormat | (typeof KERNEL_FORMATS)[number];
/** How a figure is set, and of a PNG the resolution in pixels per inch. */
export type SaveSettings = FigureOptions & { dpi?: number };

export function isLocal(format: SaveFormat): format is LocalFormat {
  return (LOCAL_FORMATS as readonly SaveFormat[]).includes(format);
}

type Shown = Pick<LensState, "data" | "view">;

/** Of a PNG, in pixels per inch. */
const DPI = 192;

export async function localFile(
  state: Shown,
  format: LocalFormat,
  options: SaveSettings = {},
): Promise<Blob> {
  if (format === "json") {
    return new Blob([JSON.stringify(lensJson(state), null, 1)], { type: "application/json" });
  }
  if (format === "csv") return new Blob([tableOf(scene(state)).toCsv()], { type: "text/csv" });
  const { text, width, height } = await drawing(state, options);
  const svg = new Blob([text], { type: "image/svg+xml" });
  if (format === "svg") return svg;
  const { dpi = DPI } = options;
  const png = await rasterised(svg, Math.round((width * dpi) / 96), Math.round((height * dpi) / 96));
  const bytes = new Uint8Array(await png.arrayBuffer());
  return new Blob([withPngText(bytes, figureTexts(figurePlan(state)), dpi) as BlobPart], {
    type: "image/png",
  });
}

async function drawing(
  state: Shown,
  options: FigureOptions,
): Promise<{ text: string; width: number; height: number }> {
  const layout = figureLayout(figurePlan(state), figureSetting(figureOptions(options)));
  const made = new Map<string, Promise<string>>();
  const pictures = layout.panels.map(async ({ cut }, i): Promise<FigurePictures> => {
    const { picture, sha256 } = layout.plan.panels[i].scene.page;
    const key = `${sha256} ${Object.values(cut.picture).join(" ")}`;
    const page = made.get(key) ?? pagePicture(picture, cut);
    made.set(key, page);
    return {
      page: await page,
      layers: cut.layers.map(({ raster }) => pixels(raster).toDataURL("image/png")),
    };
  });
  const { root, width, height } = figure(layout, await Promise.all(pictures));
  return { text: serialise(root), width, height };
}

async function pagePicture({ data, mime }: LensPicture, { picture }: PanelCut): Promise<string> {
  const bitmap = await createImageBitmap(new Blob([data as BlobPart], { type: mime }));
  const { left, top, width, height } = picture;
  // PNG, because not every program that reads SVG knows WebP.
  const page = canvasOf(width, height, (context) => context.drawImage(bitmap, -left, -top));
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
