export * from "./data/attention-map.js";
export * from "./data/attention-quantities.js";
export {
  type AttentionReading,
  attends,
  canDivide,
  layerIndex,
  meanOf,
  OFF_PAGE,
  type ReadingChoice,
  type ReadLayer,
  readingMap,
  SINK,
} from "./data/attention-reading.js";
export { fromBase64 } from "./data/base64.js";
export { fromEarlier, isEarlier } from "./data/earlier-versions.js";
export { type Explained, explanationOf, explanationsOf, lensDataOf } from "./data/explanation-of.js";
export { layerOf, layersWith, type MapSubject, quantitiesOf } from "./data/layers.js";
export { decodeLensData, encodeLensData } from "./data/lens-data.js";
export { LENS_LIMITS } from "./data/lens-limits.js";
export * from "./data/lens-state.js";
export * from "./data/lens-wire.js";
export * from "./data/palette-names.js";
export * from "./data/patch-map.js";
export * from "./data/printable.js";
export * from "./data/printed.js";
export * from "./data/quantities.js";
export * from "./data/shared-name.js";
export * from "./data/text-table.js";
export * from "./data/vocabulary.js";
export * from "./figure/explanation-json.js";
export * from "./figure/falls.js";
export * from "./figure/figure.js";
export type { FigurePictures, PanelCut } from "./figure/figure-page.js";
export * from "./figure/figure-plan.js";
export {
  type FigureOptions,
  type FigureSetting,
  figureOptions,
  figureSetting,
} from "./figure/figure-setting.js";
export * from "./figure/file-name.js";
export * from "./figure/lens-json.js";
export type { MapOptions } from "./figure/packed-numbers.js";
export * from "./figure/places-json.js";
export { withPngText } from "./figure/png-text.js";
export * from "./figure/removal-columns.js";
export { removalFigure } from "./figure/removal-figure.js";
export * from "./figure/report.js";
export * from "./figure/rows.js";
export * from "./figure/snippets.js";
export * from "./figure/table.js";
export * from "./interaction/agreement.js";
export * from "./interaction/chance.js";
export * from "./interaction/cover-regions.js";
export { type Hit, hits, overlap } from "./interaction/hits.js";
export * from "./interaction/intervals.js";
export * from "./interaction/localisation.js";
export * from "./interaction/lookup.js";
export * from "./interaction/margins.js";
export * from "./interaction/maxsim.js";
export * from "./interaction/places.js";
export * from "./interaction/random-order.js";
export * from "./interaction/rank-correlation.js";
export * from "./interaction/regions.js";
export * from "./interaction/removal.js";
export { type RemovalRow, removalRows, removalVerdict } from "./interaction/removal-test.js";
export * from "./interaction/score-drop.js";
export { type ShiftAgreement, shiftAgreement } from "./interaction/shift-agreement.js";
export * from "./interaction/siblings.js";
export { sinksShown } from "./scene/attention-marks.js";
export * from "./scene/caption.js";
export * from "./scene/compared-hits.js";
export * from "./scene/comparison.js";
export * from "./scene/finding.js";
export { textWidth } from "./scene/font-metrics.js";
export { hitMarks } from "./scene/hit-marks.js";
export type { HitName } from "./scene/hit-names.js";
export * from "./scene/legend.js";
export * from "./scene/marks.js";
export * from "./scene/palettes.js";
export { type PaperTone, paperOf, paperTone } from "./scene/paper-tone.js";
export * from "./scene/raster.js";
export * from "./scene/scale.js";
export * from "./scene/scene.js";
export * from "./scene/scene-hits.js";
export * from "./scene/svg.js";
export * from "./scene/words.js";
export { attentionAgreement } from "./view/attention-agreement.js";
export {
  attentionPatch,
  attentionShown,
  layerIn,
  type PatchOf,
  readingFor,
  readingIn,
  stageShown,
} from "./view/attention-shown.js";
export * from "./view/chips.js";
export * from "./view/difference.js";
export * from "./view/earlier.js";
export { type HeadMap, headMaps, headName, headsInView } from "./view/head-maps.js";
export * from "./view/lens-view.js";
export * from "./view/portable.js";
export { type PagePoint, patchAt, patchCentre, regionOf } from "./view/region.js";
export * from "./view/shown.js";
export { type Selection, type Shown, scopeTokens } from "./view/view-selection.js";
