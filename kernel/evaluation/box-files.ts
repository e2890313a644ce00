import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Page } from "../../core/index.js";
import { openPages } from "../pages/index.js";
import { userPath } from "../user-path.js";
import { type AskedPages, boxesOn, type Problem } from "./questions.js";

/** One query on one page, as a file has it. */
interface Entry {
  /** "boxes.jsonl, line 3" */
  where: string;
  document: string;
  /** From 1. */
  page: number;
  query: string;
  /** Each `[x0, y0, x1, y1]`, in pixels of a page of `size`. */
  boxes: number[][];
  /** Of the page that the boxes are on; null for the page as it is opened, or for shares of it. */
  size: [number, number] | null;
}

interface Opening {
  dpi?: number;
  password?: string;
  signal?: AbortSignal;
}

/**
 * Boxes of a person: JSON lines, `{"document": "report.pdf", "page": 3, "query": "peak load", "boxes": [[x0, y0, x1, y1]]}`, in
 * pixels of the page as it is opened, of a page of `"size": [width, height]`, or, where all are at most 1, in shares of the page.
 * Documents are looked for from the file's folder.
 */
export async function readJsonLines(file: string, opening: Opening): Promise<AskedPages> {
  const problems: Problem[] = [];
  const entries = parsedLines(await readText(file), basename(file), problems).flatMap(({ where, value }) => {
    const { document, page = 1, query, boxes, size = null } = value;
    const wrong =
      typeof document !== "string"
        ? "document"
        : !isPageNumber(page)
          ? "page"
          : typeof query !== "string" || query.trim() === ""
            ? "query"
            : !isBoxes(boxes)
              ? "boxes"
              : size !== null && !isSize(size)
                ? "size"
                : null;
    if (wrong === null) return [{ where, document, page, query, boxes, size } as Entry];
    problems.push({
      where,
      message: `invalid ${wrong}: ${JSON.stringify(value[wrong])}, expected ${EXPECTED[wrong]}`,
    });
    return [];
  });
  return asked(entries, problems, dirname(userPath(file)), opening);
}

const EXPECTED: Record<string, string> = {
  document: 'the name of a document, "report.pdf"',
  page: "a page number from 1",
  query: "a query of at least one word",
  boxes: "a list of boxes, each [left, top, right, bottom]",
  size: "the size of the page that the boxes are on, [width, height]",
};

/** COCO's annotations: the name of a box's category is the query, its images are the pages. */
export async function readCoco(file: string, opening: Opening): Promise<AskedPages> {
  const { images, annotations, categories } = JSON.parse(await readText(file)) as Coco;
  const pictures = new Map(images.map((image) => [image.id, image]));
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const entries = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const { id, image_id, category_id, bbox } of annotations) {
    const where = `${basename(file)}, annotation ${id}`;
    const [image, query] = [pictures.get(image_id), names.get(category_id)];
    if (!image || !query || !isBoxes([bbox])) {
      const what = !image
        ? `image_id: ${image_id}`
        : !query
          ? `category_id: ${category_id}`
          : `bbox: ${JSON.stringify(bbox)}`;
      problems.push({
        where,
        message: `invalid ${what}, expected one of the file's, and a box of four numbers`,
      });
      continue;
    }
    const [x, y, width, height] = bbox;
    const entry = entries.get(`${image_id} ${category_id}`) ?? {
      where,
      document: image.file_name,
      page: 1,
      query,
      boxes: [],
      size: [image.width, image.height] as [number, number],
    };
    entry.boxes.push([x, y, x + width, y + height]);
    entries.set(`${image_id} ${category_id}`, entry);
  }
  return asked([...entries.values()], problems, dirname(userPath(file)), opening);
}

interface Coco {
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: { id: number; image_id: number; category_id: number; bbox: number[] }[];
  categories: { id: number; name: string }[];
}

/** Names of the tables of a benchmark in ViDoRe V3's layout, each as JSON lines in one folder. */
export const VIDORE_FILES = ["corpus.jsonl", "queries.jsonl", "qrels.jsonl"] as const;

/** ViDoRe V3's layout: a page is an image, or a page of a document; the boxes of all annotators count together. */
export async function readVidore(folder: string, opening: Opening): Promise<AskedPages> {
  const problems: Problem[] = [];
  const [corpus, queries, qrels] = await Promise.all(
    VIDORE_FILES.map(async (name) => parsedLines(await readText(join(folder, name)), name, problems)),
  );
  const pages = new Map(corpus.map(({ value }) => [value.corpus_id, value]));
  const texts = new Map(queries.map(({ value }) => [value.query_id, value.query]));
  const entries = qrels.flatMap(({ where, value }) => {
    const { query_id, corpus_id, bounding_boxes: found } = value;
    const [page, query] = [pages.get(corpus_id), texts.get(query_id)];
    // A page may be relevant without a box.
    if (!Array.isArray(found) || found.length === 0) return [];
    const document = page && (page.image ?? page.doc_id);
    const boxes = found.map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]) as number[][];
    if (typeof document !== "string" || typeof query !== "string" || !isBoxes(boxes)) {
      const what =
        typeof document !== "string"
          ? `corpus_id: ${corpus_id}`
          : typeof query !== "string"
            ? `query_id: ${query_id}`
            : "bounding_boxes";
      problems.push({
        where,
        message: `invalid ${what}, expected a page with an image or document, a query, and boxes x1, y1, x2, y2`,
      });
      return [];
    }
    const number = page?.image ? 1 : ((page?.page_number_in_doc as number) ?? 0) + 1;
    return [{ where, document, page: number, query, boxes, size: null }];
  });
  return asked(entries, problems, userPath(folder), opening);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(userPath(file), "utf8");
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** What it holds is not known yet. */
type Line = Record<string, unknown>;

function parsedLines(text: string, name: string, problems: Problem[]) {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const where = `${name}, line ${i + 1}`;
    try {
      const value = JSON.parse(line);
      if (typeof value === "object" && value !== null) return [{ where, value: value as Line }];
    } catch {
      // It is said below.
    }
    problems.push({ where, message: `invalid line: ${line.slice(0, 60)}, expected one JSON object` });
    return [];
  });
}

const isPageNumber = (page: unknown): boolean => Number.isInteger(page) && (page as number) >= 1;
const isSize = (size: unknown): boolean =>
  Array.isArray(size) && size.length === 2 && size.every((n) => n > 0);
const isBoxes = (boxes: unknown): boolean =>
  Array.isArray(boxes) &&
  boxes.length > 0 &&
  boxes.every((box) => Array.isArray(box) && box.length === 4 && box.every((n) => typeof n === "number"));

/** Opens each document once. What cannot be opened, or has no such page, is a problem of its entries. */
async function asked(
  entries: Entry[],
  problems: Problem[],
  folder: string,
  opening: Opening,
): Promise<AskedPages> {
  const documents = new Map<string, Promise<Page[] | Error>>();
  const opened = (document: string) => {
    const path = /^(https?:|file:|\/|[a-z]:\\)/i.test(document) ? document : join(folder, document);
    const pages = documents.get(path) ?? openPages(path, opening).catch((error: Error) => error);
    documents.set(path, pages);
    return pages;
  };
  const byPage = new Map<Page, Entry[]>();
  for (const entry of entries) {
    opening.signal?.throwIfAborted();
    const pages = await opened(entry.document);
    if (pages instanceof Error) problems.push({ where: entry.where, message: pages.message });
    else if (entry.page > pages.length)
      problems.push({
        where: entry.where,
        message: `unknown page: ${entry.page} of ${entry.document}, expected a page from 1 to ${pages.length}`,
      });
    else {
      const page = pages[entry.page - 1];
      byPage.set(page, [...(byPage.get(page) ?? []), entry]);
    }
  }
  const pages = Array.from(byPage, ([page, of]) => ({
    page,
    questions: async () =>
      of.flatMap(({ where, query, boxes, size }) => {
        try {
          const on = boxesOn(page, scaled(boxes, size, page));
          return [{ text: query, boxes: on, kind: "query" as const, points: null }];
        } catch (error) {
          problems.push({ where, message: (error as Error).message });
          return [];
        }
      }),
  }));
  return { pages, problems };
}

function scaled(boxes: number[][], size: [number, number] | null, page: Page): number[][] {
  const isShare = size === null && boxes.flat().every((n) => n <= 1);
  const [width, height] = isShare ? [1, 1] : (size ?? [page.width, page.height]);
  const [x, y] = [page.width / width, page.height / height];
  return boxes.map(([x0, y0, x1, y1]) => [x0 * x, y0 * y, x1 * x, y1 * y]);
}
