import { listSupportedBackends } from "onnxruntime-node";

/** Execution providers of onnxruntime-node, by its names. */
export type Provider = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

export const PROVIDERS: readonly Provider[] = ["cuda", "webgpu", "dml", "coreml", "cpu"];

/** Providers that this build of onnxruntime-node knows; whether they work is another matter. */
export function builtInProviders(): Provider[] {
  const names = new Set(listSupportedBackends().map((b) => b.name as string));
  return PROVIDERS.filter((p) => names.has(p));
}
