/** A lens outside the browser: pictures and pages from the same scene that the widget paints. */
export { staticHtml } from "./html.js";
export { renderHtml } from "./page.js";
export { renderPdf } from "./pdf.js";
export { type FigureSize, renderPng } from "./png.js";
export { stillBundle } from "./still.js";
export { renderSvg } from "./svg.js";
