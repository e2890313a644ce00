import { fromSvg } from "./dom.js";

/** Lines on a field of 16 x 16. */
const PATHS = {
  find: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4m3.2 7.4 3.3 3.3",
  history: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.3",
  compare:
    "M3 3h3a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1m7 0h3a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1",
  share: "M8 10V2.5M5.2 5 8 2.2 10.8 5M4 8H3v5.5h10V8h-1",
  enlarge: "M9.5 2.5h4v4m0-4L9 7m-2.5 6.5h-4v-4m0 4L7 9",
  reduce: "M13 7H9V3m0 4 4.5-4.5M3 9h4v4M7 9l-4.5 4.5",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  previous: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  one: "M5 2.5h6a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1",
  many: "M2.5 2.5h4.6v4.6H2.5zm6.4 0h4.6v4.6H8.9zM2.5 8.9h4.6v4.6H2.5zm6.4 0h4.6v4.6H8.9z",
  info: "M8 2.3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8 2.3m0 4.9v3.6M8 5v.2",
  close: "m4 4 8 8m0-8-8 8",
  save: "M8 2.5V10m-2.8-2.5L8 10.3l2.8-2.8M3 12v1.5h10V12",
  copy: "M6 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1M3 10.5V3a1 1 0 0 1 1-1h7",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside or instead of words, which name it: a screen reader passes over it. */
export function icon(name: IconName): SVGElement {
  return fromSvg({
    tag: "svg",
    attributes: { class: "cl-icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    children: [{ tag: "path", attributes: { d: PATHS[name] }, children: [] }],
  });
}
