import sharp from "sharp";
import { escapeXml, type Rect } from "../../core/index.js";

/** Longest side in CSS pixels, and pixels of the picture for each of them. */
const SIDE = 140;
const SHARPNESS = 2;
/** Pictures that stand beside each other. */
const IN_A_ROW = 6;

/** A small picture over a line of text. */
export interface Thumbnail {
  /** Encoded, or null where there is none: then the text stands alone. */
  picture: { data: Uint8Array; width: number; height: number } | null;
  /** Data, never markup. */
  text: string;
}

/**
 * A part of a picture made small.
 * @param pixels RGB bytes, row-major
 * @param part in pixels; all of it when left out
 */
export async function smallPicture(
  pixels: Uint8Array,
  { width, height }: { width: number; height: number },
  part: Rect = { x: 0, y: 0, width, height },
): Promise<Thumbnail["picture"]> {
  const left = Math.max(0, Math.floor(part.x));
  const top = Math.max(0, Math.floor(part.y));
  const wide = Math.max(1, Math.min(width - left, Math.ceil(part.x + part.width) - left));
  const high = Math.max(1, Math.min(height - top, Math.ceil(part.y + part.height) - top));
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: wide, height: high })
    .resize({ width: SIDE * SHARPNESS, height: SIDE * SHARPNESS, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 70 })
    .toBuffer({ resolveWithObject: true });
  const css = (pixels: number) => Math.max(1, Math.round(pixels / SHARPNESS));
  return { data: new Uint8Array(data), width: css(info.width), height: css(info.height) };
}

/**
 * What a cell shows: thumbnails beside each other over some lines of text, as HTML without script or style sheet; the text
 * alone where there is no HTML.
 */
export function thumbnailBundle(
  all: readonly Thumbnail[],
  text: string,
): { "text/plain": string; "text/html": string } {
  const rows: string[] = [];
  for (let i = 0; i < all.length; i += IN_A_ROW)
    rows.push(
      `<tr>${all
        .slice(i, i + IN_A_ROW)
        .map(cell)
        .join("")}</tr>`,
    );
  const html = `<table><tbody>${rows.join("")}</tbody></table><pre>${escapeXml(text)}</pre>`;
  return { "text/plain": text, "text/html": html };
}

function cell({ picture, text }: Thumbnail): string {
  const words = escapeXml(text);
  if (!picture) return `<td>${words}</td>`;
  const { data, width, height } = picture;
  const source = `data:image/webp;base64,${Buffer.from(data).toString("base64")}`;
  return `<td><img alt="${words}" width="${width}" height="${height}" src="${source}"><br>${words}</td>`;
}
