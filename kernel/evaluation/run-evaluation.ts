import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type Page, sharedName } from "../../core/index.js";
import type { Model, PageEmbedding } from "../hub/load-model.js";
import { stopSignal } from "../interrupt.js";
import { openPages, type PageInput } from "../pages/index.js";
import { userPath } from "../user-path.js";
import { type Report, withProgress } from "../widgets/progress.js";
import { readCoco, readJsonLines, readVidore, VIDORE_FILES } from "./box-files.js";
import { type ChanceReliability, chanceReliability } from "./chance-reliability.js";
import { Evaluation } from "./evaluation.js";
import { type Judgement, judgePage } from "./judge-page.js";
import { printedPage } from "./printed-questions.js";
import type { AskedPage, AskedPages, Problem, Question } from "./questions.js";

export interface EvaluateOptions {
  /** Printed words asked of a page, drawn by `seed`; default 40. Boxes of your own are all asked. */
  perPage?: number;
  /** Default 5. */
  seed?: number;
  /** Patches by which the best one may miss and still be near; default 1. */
  tolerance?: number;
  /** Also measures how often chance calls absent words evidence, and misses those that are there; takes longer. Default false. */
  chance?: boolean;
  /** Resolution of PDF pages; default 150. */
  dpi?: number;
  password?: string;
  /** Stops it, as an interrupt of the cell does in any case; pages that are embedded stay in the cache. */
  signal?: AbortSignal;
  /** Called with pages done and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Report;
}

/** What can be evaluated on: documents, a file of boxes, a folder of documents or in ViDoRe V3's layout, or open pages. */
export type EvaluationSource = PageInput | readonly PageInput[] | Page | readonly Page[];

/**
 * How well a model points at what is asked, in figures with chance beside them: on the printed words of documents with a text
 * layer, or on boxes of your own (`boxes.jsonl`, COCO's `.json`, a folder in ViDoRe V3's layout). What fails on one page is in
 * `problems`, and the rest goes on.
 * @returns figures that a cell shows as a table; `save("report.html")`, `.json` and `.csv` keep them
 * @throws Error where nothing could be evaluated, with the first problems; RangeError for an option that cannot be
 */
export async function evaluate(
  model: Model,
  source: EvaluationSource,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { perPage = 40, seed = 5, tolerance = 1, onProgress } = options;
  for (const [name, value, least] of [
    ["perPage", perPage, 1],
    ["seed", seed, 0],
    ["tolerance", tolerance, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new RangeError(`invalid ${name}: ${value}, expected an integer of at least ${least}`);
  const signal = stopSignal(options.signal);
  const { dpi, password } = options;
  const asked = await askedPages(source, { perPage, seed, dpi, password, signal });
  const work = (report: Report) => judged(model, asked, { tolerance, signal, report });
  const judgements = await (onProgress ? work(onProgress) : withProgress("Evaluating", "pages", work));
  if (judgements.flat().length === 0) throw nothing(asked.problems);
  let reliability: ChanceReliability | null = null;
  if (options.chance) {
    const measure = (report: Report) => chanceReliability(model, asked, { seed, signal, report });
    reliability = await (onProgress
      ? measure(onProgress)
      : withProgress("Measuring chance", "pages", measure));
  }
  const { id, profile } = model;
  return new Evaluation(
    { model: { id, profile }, seed, tolerance, judgements, problems: asked.problems, reliability },
    asked,
  );
}

async function askedPages(
  source: EvaluationSource,
  {
    perPage,
    seed,
    ...opening
  }: { perPage: number; seed: number; dpi?: number; password?: string; signal?: AbortSignal },
): Promise<AskedPages> {
  const list = (Array.isArray(source) ? source : [source]) as (PageInput | Page)[];
  if (list.length === 1 && typeof list[0] === "string") {
    const [file] = list;
    const ending = extname(file).toLowerCase();
    if (ending === ".jsonl") return readJsonLines(file, opening);
    if (ending === ".json") return readCoco(file, opening);
    if (await isVidore(file)) return readVidore(file, opening);
  }
  const problems: Problem[] = [];
  const pages: Page[] = [];
  for (const one of list)
    try {
      pages.push(...(isPage(one) ? [one] : await openPages(one, opening)));
    } catch (error) {
      opening.signal?.throwIfAborted();
      problems.push({
        where: typeof one === "string" ? one : "a document",
        message: (error as Error).message,
      });
    }
  return { pages: pages.map((page, i) => printedPage(page, { perPage, seed: seed + i })), problems };
}

const isPage = (one: PageInput | Page): one is Page => (one as Page).kind === "page";

async function isVidore(folder: string): Promise<boolean> {
  const found = VIDORE_FILES.map((name) => stat(userPath(join(folder, name))).catch(() => null));
  return (await Promise.all(found)).every((one) => one?.isFile());
}

type Embedded = { embedding: PageEmbedding } | { error: Error };

/** Page by page: the next one is in the graph while one is judged. */
async function judged(
  model: Model,
  { pages, problems }: AskedPages,
  { tolerance, signal, report }: { tolerance: number; signal?: AbortSignal; report: Report },
): Promise<Judgement[][]> {
  const embed = (asked: AskedPage | undefined): Promise<Embedded> | null =>
    asked
      ? model.embedPage(asked.page, { signal }).then(
          (embedding) => ({ embedding }),
          (error: Error) => ({ error }),
        )
      : null;
  const judgements: Judgement[][] = [];
  let next = embed(pages[0]);
  for (const [i, asked] of pages.entries()) {
    report(i, pages.length);
    const now = next;
    next = embed(pages[i + 1]);
    judgements.push([]);
    try {
      // What is wrong with the page itself is said first.
      const questions = answerable(model, asked.page, await asked.questions(signal), problems);
      const embedded = (await now) as Embedded;
      if ("error" in embedded) throw embedded.error;
      signal?.throwIfAborted();
      judgements[i] = await judgePage(model, asked, embedded.embedding, questions, tolerance, signal);
    } catch (error) {
      signal?.throwIfAborted();
      problems.push({ where: placeOf(asked.page), message: (error as Error).message });
    }
  }
  report(pages.length, pages.length);
  return judgements;
}

const placeOf = ({ source: { file, number } }: Page) => `${sharedName(file)}, page ${number}`;

/** Queries that the model sees something of; the others are problems of their own, and cost no other query. */
function answerable(
  model: Model,
  page: Page,
  questions: readonly Question[],
  problems: Problem[],
): Question[] {
  return questions.filter(({ text }) => {
    try {
      model.tokenize(text);
      return true;
    } catch (error) {
      problems.push({ where: placeOf(page), message: (error as Error).message });
      return false;
    }
  });
}

function nothing(problems: readonly Problem[]): Error {
  const first = problems.slice(0, 3).map(({ where, message }) => `${where}: ${message}`);
  const more = problems.length > 3 ? `\n… and ${problems.length - 3} more` : "";
  return new Error(
    problems.length === 0
      ? "nothing could be evaluated: no page has a word of three letters or more that is not among the commonest"
      : `nothing could be evaluated:\n${first.join("\n")}${more}`,
  );
}
