import type { ModelConfigs } from "../model-configs.js";
import { ModelError } from "../model-error.js";
import type { Family } from "./family.js";
import { gemma3 } from "./gemma3.js";
import { idefics3, modernvbert } from "./idefics.js";
import { mini, miniContext } from "./mini.js";
import { paligemma } from "./paligemma.js";
import { qwen2, qwen2_5, qwen3, qwen3_5 } from "./qwen.js";

/** Every model family that can be loaded, first match wins. */
export const FAMILIES: readonly Family[] = [
  mini,
  miniContext,
  paligemma,
  qwen2,
  qwen2_5,
  qwen3,
  qwen3_5,
  modernvbert,
  idefics3,
  gemma3,
];

/** @throws ModelError if no family takes this configuration */
export function familyOf(configs: ModelConfigs, name: string): Family {
  const family = FAMILIES.find((f) => f.matches(configs));
  if (!family) {
    const { model_type, architectures } = configs.model;
    throw new ModelError(
      `unknown model family: config.json of ${name} says model_type "${model_type}" (architectures: ${architectures?.join(", ") ?? "none"}), ` +
        `expected one of ${FAMILIES.map((f) => f.title).join("; ")}`,
    );
  }
  return family;
}
