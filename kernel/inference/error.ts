/** A model or a query that cannot be used. The message names it, says what is wrong and what to do. */
export class ModelError extends Error {
  override name = "ModelError";
}
