import type { Page } from "../../core/index.js";
import { type Language, languageOfPage } from "./language.js";
import type { StopOptions } from "./model.js";

/** What is printed on a page, as far as chance needs it. */
export interface Printed {
  /** All words in small letters; empty where there is no text layer. */
  text: string;
  /** Null where there is too little text to say. */
  language: Language | null;
}

const known = new WeakMap<Page, Printed>();

/** Read once a page. @throws as `page.words` does */
export async function printedOn(page: Page, options: StopOptions = {}): Promise<Printed> {
  let printed = known.get(page);
  if (!printed) {
    const words = await page.words(options);
    const text = words.map((word) => word.text.normalize("NFKC").toLowerCase()).join(" ");
    printed = { text, language: languageOfPage(text) };
    known.set(page, printed);
  }
  return printed;
}
