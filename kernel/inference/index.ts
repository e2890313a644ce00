export { compareProfiles, type ProfileComparison, type WordComparison } from "./compare.js";
export { type ControlSet, controlSet, controlsOn, embedControls } from "./controls.js";
export { explainPage, score } from "./explain.js";
export { PROVIDERS, type Provider, type ProviderState, providersReport } from "./providers.js";
