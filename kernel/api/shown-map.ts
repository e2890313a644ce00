import sharp from "sharp";
import { changeView, type LensState, type PatchMap, topPlaces, type ViewChange } from "../../core/index.js";
import { renderPng, thumbnailBundle } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { patchLines } from "./lists.js";

/** Width of the picture in millimetres, as it is on a screen. */
const WIDTH = 80;
/** Places in the table. */
const PLACES = 5;

/**
 * A map that a cell shows as a small figure, as the lens would draw it, over its best places.
 * @param select brings the map into the lens's view
 */
export function shownMap(map: PatchMap, state: LensState, select: ViewChange): PatchMap {
  const show = async (): Promise<MimeBundle> => {
    const text = `${map}\n\n${patchLines(topPlaces(map, PLACES), map.description)}`;
    const view = changeView(state.data, state.view, { ...PLAIN, ...select });
    const png = await renderPng({ ...state, view }, { width: WIDTH, caption: false });
    const small = sharp(png).webp({ quality: 75 });
    const { data, info } = await small.toBuffer({ resolveWithObject: true });
    const picture = { data: new Uint8Array(data), width: info.width, height: info.height };
    return thumbnailBundle([{ picture, text: "" }], text);
  };
  return Object.defineProperty(map, DISPLAY, { value: show });
}

/** One page, as a whole, with cosines. */
const PLAIN: ViewChange = {
  quantity: "cosine",
  compare: null,
  difference: false,
  layout: "single",
  region: null,
  zoom: { scale: 1, x: 0.5, y: 0.5 },
};
