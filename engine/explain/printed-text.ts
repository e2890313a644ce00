import type { Page } from "../../core/index.js";
import { type Language, languageOfPage } from "./likely-language.js";
import type { StopOptions } from "./model.js";

/** What is printed on a page, as far as chance needs it. */
export interface Printed {
  /** All words in small letters; empty where there is no text layer. */
  text: string;
  /** Null where there is too little text to say. */
  language: Language | null;
}

const known = new WeakMap<Page, Printed>();

/** Read once a page. One whose text cannot be read is as one without text: whoever shows it says so. */
export async function printedOn(page: Page, options: StopOptions = {}): Promise<Printed> {
  let printed = known.get(page);
  if (!printed) {
    const text = await textOf(page, options);
    printed = { text, language: languageOfPage(text) };
    known.set(page, printed);
  }
  return printed;
}

async function textOf(page: Page, options: StopOptions): Promise<string> {
  try {
    const words = await page.words(options);
    return words.map((word) => word.text.normalize("NFKC").toLowerCase()).join(" ");
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return "";
  }
}
