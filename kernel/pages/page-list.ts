import { type Column, type Page, printable, printedAs, sharedName, tableText } from "../../core/index.js";
import { smallPicture, type Thumbnail, thumbnailBundle } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { PageError } from "./error.js";

/** Pages whose pictures are shown; the others are counted. */
const PICTURES = 6;

const number = (head: string, cell: (page: Page, index: number) => string): Column<Page> => ({
  head,
  isNumber: true,
  cell,
});

const COLUMNS: Column<Page>[] = [
  number("index", (_, i) => String(i)),
  { head: "page", cell: pageLabel },
  number("pixels", ({ width, height }) => `${width} x ${height}`),
  number("dpi", ({ source: { dpi } }) => (dpi === null ? "–" : String(dpi))),
];

/** The same pages as a list that prints as a table, and that a cell shows with small pictures of the first ones. */
export function pageList(pages: readonly Page[]): Page[] {
  const list = [...pages];
  const text = () => (list.length === 0 ? "[]" : tableText(list, COLUMNS));
  const show = async (): Promise<MimeBundle> =>
    list.length === 0 ? { "text/plain": text() } : pageBundle(list, text());
  return Object.defineProperty(printedAs(list, text), DISPLAY, { value: show });
}

/** What a cell shows of pages: the text, and small pictures of the first ones. */
export async function pageBundle(pages: readonly Page[], text: string): Promise<MimeBundle> {
  const shown: Thumbnail[] = [];
  for (const page of pages.slice(0, PICTURES))
    shown.push({ picture: await pagePicture(page), text: pageLabel(page) });
  return thumbnailBundle(shown, text);
}

/** Null for a page that cannot be rendered: whoever asks for its pixels is told why. */
async function pagePicture(page: Page): Promise<Thumbnail["picture"]> {
  try {
    return await smallPicture(await page.pixels(), page);
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}

/** `report.pdf, page 2`, `photo.png` */
export function pageLabel({ source: { file, number, of } }: Page): string {
  const name = printable(sharedName(file), 60);
  return of > 1 ? `${name}, page ${number}` : name;
}
