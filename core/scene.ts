import { altText, caption } from "./caption.js";
import { difference } from "./difference.js";
import type { LensExplanation, LensPage, LensState, LensView } from "./lens-state.js";
import { type Mark, marks } from "./marks.js";
import { type PatchValue, topPatches } from "./maxsim.js";
import { type ColourScale, colourScale } from "./scale.js";
import { type Shown, shown } from "./shown.js";

/**
 * Everything that is decided about a picture before any of it is painted. `raster`, `svg` and `text` paint it;
 * browser, notebook and files all paint the same scene.
 */
export interface Scene {
  kind: "scene";
  page: LensPage;
  explanation: LensExplanation;
  view: LensView;
  shown: Shown;
  scale: ColourScale;
  /** Best patches, best first: at least 5 where the grid has them, for the table; marks show the first `view.top`. */
  best: PatchValue[];
  marks: Mark[];
}

const TABLE_ROWS = 5;

/** Decides what a state looks like. The state must have been validated (`decodeLensData`, `changeView`). */
export function scene({ data, view }: Pick<LensState, "data" | "view">): Scene {
  const explanation = data.explanations[view.explanation];
  const page = data.pages[explanation.page];
  const other = view.compare === null || !view.difference ? null : data.explanations[view.compare];
  const what = other ? difference(explanation, other, view) : shown(explanation, view);
  const scale = colourScale(data, view, explanation, what);
  const best = topPatches(what.map, Math.max(TABLE_ROWS, view.top));
  return {
    kind: "scene",
    page,
    explanation,
    view,
    shown: what,
    scale,
    best,
    marks: marks(view, what.map, scale, best, page),
  };
}

/** Words that go with a scene; made apart from it because a moving pointer needs only the picture. */
export function describe(of: Scene): { caption: string; alt: string } {
  return { caption: caption(of), alt: altText(of) };
}
