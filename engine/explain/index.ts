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
