export { explainPage, score } from "./explain.js";
export { PROVIDERS, type Provider } from "./providers.js";
