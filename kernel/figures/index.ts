/** A lens outside the browser: pictures and pages from the same scene that the widget paints. */
export { htmlTable, staticHtml } from "./html.js";
export { renderHtml } from "./html-page.js";
export { renderPdf } from "./pdf-figure.js";
export { type PictureOptions, renderPng } from "./png-figure.js";
export { stillBundle } from "./still.js";
export { renderSvg } from "./svg-figure.js";
export { smallPicture, type Thumbnail, thumbnailBundle } from "./thumbnails.js";
