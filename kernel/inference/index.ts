export { explainPage, score } from "./explain.js";
export { PROVIDERS, type Provider, type ProviderState, providersReport } from "./providers.js";
