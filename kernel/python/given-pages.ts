import type { Page } from "../../core/index.js";
import { openPages } from "../pages/index.js";
import { makePage } from "../pages/page.js";
import type { Connection } from "./python-connection.js";

/** A page as Python names it: a document's, or a picture that Python holds. */
export type GivenPage = { source: string } | { picture: number; width: number; height: number; name: string };

export interface OpenOptions {
  dpi?: number;
}

/**
 * Pages of documents and of pictures, in order; a document may have several.
 * @throws PageError naming the document
 */
export async function givenPages(
  given: readonly GivenPage[],
  { dpi }: OpenOptions,
  connection: Connection,
): Promise<Page[]> {
  const pages: Page[] = [];
  const onWarning = (message: string) => connection.warn(message);
  for (const one of given)
    if ("source" in one) pages.push(...(await openPages(one.source, { dpi, onWarning })));
    else pages.push(picturePage(one, connection));
  return pages;
}

function picturePage(
  { picture, width, height, name }: Extract<GivenPage, { picture: number }>,
  connection: Connection,
): Page {
  const source = { file: name, number: 1, of: 1, dpi: null, renderer: "Python" };
  const render = async () => {
    const pixels = (await connection.call("pixels", { picture })) as Uint8Array;
    return { pixels, renderer: source.renderer, warnings: [] };
  };
  return makePage({ width, height, source, render }, () => undefined);
}
