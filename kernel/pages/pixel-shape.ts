import type { Metadata } from "sharp";
import { type Tags, tiffTags, X_RESOLUTION, Y_RESOLUTION } from "./tiff-tags.js";

interface Resolution {
  x: number;
  y: number;
}

export interface Shape {
  /** Size in square pixels, after the turn that EXIF asks for. */
  width: number;
  height: number;
  note: string;
}

/** Closer than this, two resolutions are one that was rounded; further than the other, they are nonsense. */
const [SAME, NONSENSE] = [1.01, 10];

/**
 * Faxes and some scanners have more pixels an inch in one direction than in the other. @returns the size at which nothing is
 * squeezed and no pixel is lost, or null where pixels are square
 */
export function pixelShape(bytes: Uint8Array, index: number, meta: Metadata): Shape | null {
  const stated = resolutions(bytes, index, meta).find(({ x, y }) => {
    const ratio = Math.max(x / y, y / x);
    return ratio > SAME && ratio <= NONSENSE;
  });
  if (!stated) return null;
  const turned = (meta.orientation ?? 1) >= 5;
  const { x, y } = turned ? { x: stated.y, y: stated.x } : stated;
  const [width, height] = turned ? [meta.height, meta.width] : [meta.width, meta.height];
  return {
    width: Math.round(width * Math.max(1, y / x)),
    height: Math.round(height * Math.max(1, x / y)),
    note: `made square from pixels of ${round(stated.x)} by ${round(stated.y)} to the unit`,
  };
}

const round = (value: number): number => Number(value.toPrecision(4));

/** Every statement of the file; units do not matter, since only the ratio is used. */
function resolutions(bytes: Uint8Array, index: number, meta: Metadata): Resolution[] {
  const found: Resolution[] = [];
  const add = (x?: number, y?: number) => {
    if (x && y) found.push({ x, y });
  };
  const addTags = (tags: Tags | null) => add(tags?.get(X_RESOLUTION), tags?.get(Y_RESOLUTION));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (meta.format === "tiff") addTags(tiffTags(bytes, index));
  // Behind "Exif\0\0".
  if (meta.exif) addTags(tiffTags(meta.exif.subarray(6), 0));
  if (meta.format === "jpeg") addJfif(view, add);
  if (meta.format === "png") addPhys(view, add);
  return found;
}

/** A JFIF segment is marker, length, "JFIF\0", version, unit, then both densities. */
function addJfif(view: DataView, add: (x: number, y: number) => void): void {
  const [APP0, START_OF_SCAN, JFIF] = [0xffe0, 0xffda, 0x4a464946];
  for (let at = 2; at + 16 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === START_OF_SCAN || marker < 0xff00) return;
    if (marker === APP0 && view.getUint32(at + 4) === JFIF)
      add(view.getUint16(at + 12), view.getUint16(at + 14));
  }
}

/** The pHYs chunk stands before the pixels. */
function addPhys(view: DataView, add: (x: number, y: number) => void): void {
  const [PHYS, IDAT] = [0x70485973, 0x49444154];
  for (let at = 8; at + 16 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = view.getUint32(at + 4);
    if (name === PHYS) add(view.getUint32(at + 8), view.getUint32(at + 12));
    if (name === PHYS || name === IDAT) return;
  }
}
