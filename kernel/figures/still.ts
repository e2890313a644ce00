import sharp from "sharp";
import { type LensState, scene, text } from "../../core/index.js";
import { staticHtml } from "./html.js";
import { renderPng } from "./png-figure.js";

/** 680 CSS pixels, what a notebook's output area shows without scaling, with text that can be read on a screen. */
const STILL = { width: 180, text: 8.25 };

/**
 * What a notebook stores beside the widget, so that a lens reads well where it cannot run. Hosts that show HTML
 * before pictures (JupyterLab, nbconvert, code-hosting sites) get picture and numbers from the HTML; its copy of
 * the picture is lossy because a second exact one would double the notebook.
 */
export async function stillBundle(
  state: LensState,
): Promise<{ "image/png": string; "text/html": string; "text/plain": string }> {
  const png = await renderPng(state, STILL, 9);
  const copy = await sharp(png).webp({ quality: 75 }).toBuffer();
  return {
    "image/png": Buffer.from(png).toString("base64"),
    "text/html": staticHtml(state, { mime: "image/webp", data: copy }),
    "text/plain": text(scene(state)),
  };
}
