import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { type FigureOptions, fileName, type LensState, lensJson, scene } from "../../core/index.js";
import { renderHtml, renderPdf, renderPng, renderSvg } from "../figures/index.js";
import { userPath } from "../user-path.js";

export interface SaveOptions extends FigureOptions {
  /** Resolution of a PNG in pixels per inch, 36 to 1200; default 150. */
  dpi?: number;
  /** JSON only: maps as nested arrays instead of base64. */
  arrays?: boolean;
}

type Format = (state: LensState, options: SaveOptions) => Promise<string | Uint8Array>;

/** By the ending of a file name. */
export const FORMATS: Record<string, Format> = {
  json: async (state, options) => `${JSON.stringify(lensJson(state, options), null, 1)}\n`,
  png: (state, { dpi = 150, ...options }) => renderPng(state, { dpi, ...options }),
  svg: renderSvg,
  pdf: renderPdf,
  html: async (state) => renderHtml(state),
};

/** A file as the person at the widget downloads it. */
export interface LensFile {
  name: string;
  mime: string;
  data: Uint8Array;
}

const MIMES: Record<string, string> = {
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  pdf: "application/pdf",
  html: "text/html",
};

/** @throws RangeError for an unknown format, and for an option that cannot be */
export async function lensFile(
  state: LensState,
  format: string,
  options: SaveOptions = {},
): Promise<LensFile> {
  if (!Object.hasOwn(FORMATS, format))
    throw new RangeError(`invalid format: ${format}, expected one of ${Object.keys(FORMATS).join(", ")}`);
  const content = await FORMATS[format](state, options);
  const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { name: fileName(scene(state), format), mime: MIMES[format], data };
}

/**
 * Writes what is in view to a file; the format follows the ending.
 * @returns the absolute path
 * @throws RangeError for an ending that is not a format, naming those there are
 */
export async function saveLens(state: LensState, file: string, options: SaveOptions = {}): Promise<string> {
  const format = FORMATS[extname(file).slice(1).toLowerCase()];
  if (!format)
    throw new RangeError(
      `invalid file name: ${JSON.stringify(file)}, expected it to end in ${Object.keys(FORMATS)
        .map((f) => `.${f}`)
        .join(", ")}`,
    );
  const path = resolve(userPath(file));
  await writeFile(path, await format(state, options));
  return path;
}
