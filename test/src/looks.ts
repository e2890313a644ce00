import type { ViewChange } from "../../core/index";

/** A state of the lens worth looking at: for the gallery's list and the reference pictures, each in light and dark. */
export interface Look {
  state: string;
  view?: ViewChange;
  /** Where the pointer is, in fractions of the page. */
  pointer?: [x: number, y: number];
  width?: number;
}

export const looks: Record<string, Look> = {
  "all words": { state: "report" },
  "one word": { state: "report", view: { result: "r1", word: 0 } },
  "token off the image": { state: "example", view: { scope: "all", token: 4 } },
  "read-out": { state: "report", view: { result: "r1", word: 0 }, pointer: [0.368, 0.227] },
  "best patches, contours and region": {
    state: "report",
    view: {
      result: "r1",
      word: 0,
      marks: { best: 5, contours: 3 },
      region: { row: 20, column: 8, rows: 9, columns: 16 },
    },
  },
  "outline only": { state: "report", view: { color: { blend: "outline", threshold: 0.4 } } },
  "multiplied, smooth": {
    state: "report",
    view: {
      result: "r1",
      word: 1,
      color: { blend: "multiply", palette: "YlOrRd", scale: "token" },
      cells: "smooth",
    },
  },
  "hidden by chance": { state: "report", view: { word: 3, chance: "hidden" } },
  "controls subtracted": { state: "report", view: { word: 3, chance: "subtracted" } },
  "small multiples": { state: "report", view: { layout: "multiples" } },
  "A beside B": { state: "report", view: { compare: "r2" } },
  difference: { state: "report", view: { compare: "r2", difference: true } },
  zoomed: { state: "report", view: { result: "r1", word: 0, zoom: { scale: 4, x: 0.36, y: 0.23 } } },
  "400 px wide": { state: "report", view: { result: "r1", word: 0 }, width: 400 },
  "600 px wide": { state: "report", width: 600 },
  "nothing beyond chance": { state: "nothing" },
  "light, dark and photographed paper": { state: "papers" },
  waiting: { state: "empty" },
};
