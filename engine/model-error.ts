/** A model or a query that cannot be used. The message names it, says what is wrong and what to do. */
export class ModelError extends Error {
  override name = "ModelError";
}

/** A graph that an execution provider could not run, or ran to numbers that are none: another provider may do better. */
export class ProviderError extends ModelError {}
