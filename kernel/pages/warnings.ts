import { type Page, printable, sharedName } from "../../core/index.js";

/** How many lines a document may fill. */
const LINES = 8;

/** Tells the warnings of one document's pages, each once, and only that there are more when there are many. */
export function warnings(tell: (message: string) => void): (page: Page) => void {
  const given = new Set<string>();
  return ({ source, warnings }) => {
    const name = printable(sharedName(source.file));
    for (const warning of warnings ?? []) {
      if (given.has(warning) || given.size > LINES) continue;
      given.add(warning);
      const where = source.of > 1 ? `${name}, page ${source.number}` : name;
      tell(
        given.size > LINES
          ? `${name}: further pages have warnings, too; see page.warnings`
          : `${where}: ${warning}`,
      );
    }
  };
}
