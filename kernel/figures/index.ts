/** A lens outside the browser: pictures and pages from the same scene that the widget paints. */
export { staticHtml } from "./html.js";
export { type FigureSize, renderPng } from "./png.js";
