import type { Page, Rect } from "../../core/index.js";

/** A query whose places on a page are known. */
export interface Question {
  text: string;
  /** In pixels of the page; at least one. */
  boxes: Rect[];
  kind: "word" | "number" | "query";
  /** Type size in points, where it is a printed word. */
  points: number | null;
}

/** What is asked of a page. */
export interface AskedPage {
  page: Page;
  /** @throws Error that says what is wrong with the page or its boxes */
  questions(signal?: AbortSignal): Promise<Question[]>;
}

/** What could not be evaluated, and why. */
export interface Problem {
  /** "report.pdf, page 3", or a line of a file. */
  where: string;
  message: string;
}

/** What a model is evaluated on. */
export interface AskedPages {
  pages: AskedPage[];
  problems: Problem[];
}

/**
 * Boxes as they may lie on a page: cut at its edges.
 * @param corners each `[x0, y0, x1, y1]` in pixels of the page
 * @throws RangeError for swapped corners, and for a box that is not on the page at all
 */
export function boxesOn(page: { width: number; height: number }, corners: readonly number[][]): Rect[] {
  return corners.map(([x0, y0, x1, y1]) => {
    const box = `box [${[x0, y0, x1, y1].map((v) => Math.round(v * 100) / 100).join(", ")}]`;
    if (![x0, y0, x1, y1].every(Number.isFinite))
      throw new RangeError(`invalid ${box}, expected four numbers, left, top, right and bottom`);
    if (!(x1 > x0 && y1 > y0))
      throw new RangeError(
        `invalid ${box}: its corners are swapped or it is empty, expected left < right, top < bottom`,
      );
    const [left, top] = [Math.max(0, x0), Math.max(0, y0)];
    const [right, bottom] = [Math.min(page.width, x1), Math.min(page.height, y1)];
    if (!(right > left && bottom > top))
      throw new RangeError(
        `invalid ${box}: outside of the page of ${page.width} x ${page.height} pixels, expected a box on it`,
      );
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
}
