import { explanationOf } from "../data/explanation-of.js";
import type { LensData, LensExplanation, LensPage, LensState, LensView } from "../data/lens-state.js";
import { type PatchValue, topPatches } from "../interaction/maxsim.js";
import { isNothingBeyond } from "../view/chips.js";
import { counterpart, difference } from "../view/difference.js";
import { regionOf } from "../view/region.js";
import { shown } from "../view/shown.js";
import type { Shown } from "../view/view-selection.js";
import { attentionMarks } from "./attention-marks.js";
import { beyondEither } from "./beyond-either.js";
import { comparedHits } from "./compared-hits.js";
import { type Mark, marks, regionMark } from "./marks.js";
import { type ColourScale, colourScale, repainted } from "./scale.js";
import { type SceneHit, sceneHits } from "./scene-hits.js";

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
  /**
   * Best patches, best first: at least 5 where the grid has them, for the table; marks show the first `view.marks.best`. Found when
   * they are first asked for.
   */
  readonly best: readonly PatchValue[];
  marks: Mark[];
  /**
   * The places that what is shown points at; of a difference on one page those of A and of B, the largest differences first. Empty where
   * nothing is beyond chance. Found when they are first asked for.
   */
  readonly hits: readonly SceneHit[];
  /**
   * Of a difference on one page, 1 for each cell at which A or B is beyond chance: only these are painted. Null where all are.
   */
  readonly meant: Uint8Array | null;
}

const TABLE_ROWS = 5;

/** Decides what a state looks like. The state must have been validated (`decodeLensData`, `changeView`). */
export function scene({ data, view }: Pick<LensState, "data" | "view">): Scene {
  const explanation = explanationOf(data, view.result);
  const other = view.compare === null || !view.difference ? null : explanationOf(data, view.compare);
  const a = shown(explanation, view);
  if (!other) return sceneOf(data, view, a);
  const apart = { ...view, difference: false, compare: null };
  const of = difference(explanation, other, view);
  if (other.page !== explanation.page) return sceneOf(data, view, of);
  const sides = () =>
    [
      sceneOf(data, apart, a),
      sceneOf(data, { ...apart, result: other.key }, counterpart(explanation, other, view)),
    ] as const;
  const hits = () => comparedHits(...sides());
  return sceneOf(data, view, of, { hits, meant: () => beyondEither(...sides(), of.map) });
}

/** The scene of a map that was chosen already, and of a scale where it is given by another scene: in the view's own colours. */
export function sceneOf(
  data: LensData,
  view: LensView,
  what: Shown,
  given: { scale?: ColourScale; hits?: () => readonly SceneHit[]; meant?: () => Uint8Array | null } = {},
): Scene {
  const explanation = explanationOf(data, view.result);
  const page = data.pages[explanation.page];
  const scale = given.scale ? repainted(given.scale, view) : colourScale(data, view, explanation, what);
  let best: readonly PatchValue[] | null = null;
  const bestPatches = () => {
    best ??= topPatches(what.map, Math.max(TABLE_ROWS, view.marks.best));
    return best;
  };
  const marked = view.marks.best > 0 && !isNothingBeyond(explanation, what) ? bestPatches() : [];
  let hits: readonly SceneHit[] | null = null;
  let meant: Uint8Array | null | undefined;
  return {
    kind: "scene",
    page,
    explanation,
    view,
    shown: what,
    scale,
    get best() {
      return bestPatches();
    },
    marks: [
      ...marks(view, what.map, scale, marked, page),
      ...(what.kind === "difference" ? [] : attentionMarks(explanation, view, page)),
      ...regionMark(regionOf(view, "a"), explanation.grid, page),
    ],
    get hits() {
      hits ??= given.hits?.() ?? sceneHits({ explanation, page, view, shown: what, scale });
      return hits;
    },
    get meant() {
      if (meant === undefined) meant = given.meant?.() ?? null;
      return meant;
    },
  };
}
