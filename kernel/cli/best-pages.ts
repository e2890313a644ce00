import type { Page } from "../../core/index.js";

/** How well a page matched a query. */
export interface Scored {
  query: string;
  page: Page;
  score: number;
}

const SHOWN = 3;

/** For each query the pages that matched it best, as lines. */
export function bestPages(scored: readonly Scored[]): string[] {
  return [...new Set(scored.map(({ query }) => query))].flatMap((query) => {
    const ranked = scored.filter((s) => s.query === query).sort((a, b) => b.score - a.score);
    const more = ranked.length - SHOWN;
    return [
      `best pages for ${JSON.stringify(query)}`,
      ...ranked.slice(0, SHOWN).map(({ page, score }) => `  ${score.toFixed(3)}  ${nameOf(page)}`),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  });
}

function nameOf({ source: { file, number, of } }: Page): string {
  return of > 1 ? `${file}, page ${number}` : file;
}
