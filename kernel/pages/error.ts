/** A document that cannot become pages. The message names the document, what is wrong and what to do. */
export class PageError extends Error {
  override name = "PageError";
}
