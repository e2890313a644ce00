import { ModelError } from "../inference/error.js";
import type { Family, ModelConfig } from "./family.js";
import { mini } from "./mini.js";

/** Every model family that can be loaded, first match wins. */
export const FAMILIES: readonly Family[] = [mini];

/** @throws ModelError if no family takes this configuration */
export function familyOf(config: ModelConfig, name: string): Family {
  const family = FAMILIES.find((f) => f.matches(config));
  if (!family)
    throw new ModelError(
      `unknown model family: config.json of ${name} says model_type "${config.model_type}"` +
        ` (architectures: ${config.architectures?.join(", ") ?? "none"}), expected one of ${FAMILIES.map((f) => f.title).join(", ")}`,
    );
  return family;
}
