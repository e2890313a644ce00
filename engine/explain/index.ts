export type { AttentionChoice, PatchAttention } from "./attention.js";
export {
  type BaselineOption,
  baselineOn,
  type ControlQueries,
  controlLists,
  controlQueries,
  embedControlQueries,
} from "./baseline.js";
export { compareProfiles, type ProfileComparison, type WordComparison } from "./compare-profiles.js";
export { explainPage, score } from "./explain-page.js";
export type { QueryAttention, TokenAttention } from "./query-attention.js";
export { attention, attentionReceived } from "./read-attention.js";
