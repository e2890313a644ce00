import type { LensView } from "../../core/index";

/** A state of the lens worth looking at: for the gallery's list and the reference pictures. */
export interface Look {
  state: string;
  view?: Partial<LensView>;
  /** Where the pointer is, in fractions of the page. */
  pointer?: [x: number, y: number];
  width?: number;
  dark?: boolean;
}

export const looks: Record<string, Look> = {
  "all words": { state: "pages" },
  "one word": { state: "grid 7 x 5", view: { word: 8 } },
  "token off the image": { state: "example", view: { scope: "all", token: 4 } },
  "read-out": { state: "grid 7 x 5", view: { word: 8 }, pointer: [0.7, 0.25] },
  "best patches, contours and region": {
    state: "grid 7 x 5",
    view: { word: 8, top: 4, contours: 3, region: { row: 3, column: 1, rows: 2, columns: 2 } },
  },
  "outline only": { state: "grid 7 x 5", view: { word: 8, blend: "outline", threshold: 0.25 } },
  "multiplied, smooth": {
    state: "grid 7 x 5",
    view: { word: 8, blend: "multiply", palette: "YlOrRd", cells: "smooth", normalisation: "token" },
  },
  "small multiples": { state: "grid 2 x 3", view: { layout: "multiples" } },
  "A beside B": { state: "pages", view: { word: 1, compare: 2 } },
  difference: { state: "pages", view: { word: 1, compare: 2, difference: true } },
  "zoomed, dark": { state: "grid 7 x 5", view: { word: 8, zoom: { scale: 3, x: 0.7, y: 0.2 } }, dark: true },
  "400 px wide": { state: "pages", view: { word: 0 }, width: 400 },
};
