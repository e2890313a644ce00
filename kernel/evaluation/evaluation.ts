import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { inspect } from "node:util";
import { csv } from "../../core/figure/csv.js";
import { decimal, tableText } from "../../core/index.js";
import { htmlTable } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { userPath } from "../user-path.js";
import type { ChanceReliability } from "./chance-reliability.js";
import { reportPage } from "./evaluation-report.js";
import { type EvaluationRow, evaluationRows, METRICS, offsetHistogram } from "./evaluation-rows.js";
import type { Judgement } from "./judge-page.js";
import type { AskedPages, Problem } from "./questions.js";

/** What an evaluation is made from. */
export interface EvaluationData {
  model: { id: string; profile: string };
  seed: number;
  tolerance: number;
  /** Of each page what was judged on it. */
  judgements: Judgement[][];
  problems: Problem[];
  reliability: ChanceReliability | null;
}

const ENDINGS = [".html", ".json", ".csv"] as const;

/** How well a model points at what is asked: figures with interval and chance, which a cell shows as a table. */
export class Evaluation {
  /** Every figure of every group of queries. */
  readonly rows: readonly EvaluationRow[];
  /** Every query on its page. */
  readonly judgements: readonly Judgement[];
  /** What could not be evaluated. */
  readonly problems: readonly Problem[];
  /** Whether p is what it says; null where it was not measured. */
  readonly reliability: ChanceReliability | null;
  readonly pages: number;
  readonly #data: EvaluationData;
  readonly #asked: AskedPages;

  constructor(data: EvaluationData, asked: AskedPages) {
    this.#data = data;
    this.#asked = asked;
    this.rows = evaluationRows(data.judgements, data.seed);
    this.judgements = data.judgements.flat();
    this.problems = data.problems;
    this.reliability = data.reliability;
    this.pages = data.judgements.filter((of) => of.length > 0).length;
  }

  /** The row of a figure. @throws RangeError for one that there is not */
  row(metric: EvaluationRow["metric"], group = "all"): EvaluationRow {
    const found = this.rows.find((row) => row.metric === metric && row.group === group);
    if (found) return found;
    const groups = [...new Set(this.rows.map((row) => row.group))].join(", ");
    throw new RangeError(
      `invalid figure: ${metric} of ${group}, expected one of ${Object.keys(METRICS).join(", ")}, of ${groups}`,
    );
  }

  /** Best patches by how far they lie from their boxes, in patches. */
  get offsets(): { distance: string; count: number }[] {
    return offsetHistogram(this.judgements);
  }

  toString(): string {
    const parts = this.tables().map(({ title, cells }) => `${title}\n${textTable(cells)}`);
    return [this.headline, ...parts, ...this.#said()].join("\n\n");
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [DISPLAY](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": this.toHtml() };
  }

  /** `Evaluation of mini: 1,204 queries on 31 pages` */
  get headline(): string {
    const { id, profile } = this.#data.model;
    const failed = this.problems.length > 0 ? `; ${this.problems.length} could not be evaluated` : "";
    return `Evaluation of ${id} (${profile}): ${this.judgements.length} queries on ${this.pages} ${this.pages === 1 ? "page" : "pages"}${failed}`;
  }

  /** Figures of all queries; pointing by group; offsets; chance. */
  tables(): { title: string; cells: string[][] }[] {
    const head = ["n", "value", "95 % of pages", "by area", "shuffled"];
    const figures = (row: EvaluationRow) => [
      String(row.n),
      decimal(row.value, 3),
      `${decimal(row.low, 3)} to ${decimal(row.high, 3)}`,
      row.area === null ? "–" : decimal(row.area, 3),
      row.shuffled === null ? "–" : decimal(row.shuffled, 3),
    ];
    const near = (metric: EvaluationRow["metric"]) =>
      metric === "near" ? `best patch within ${this.#data.tolerance} of a box` : METRICS[metric].says;
    const all = this.rows
      .filter(({ group }) => group === "all")
      .map((row) => [near(row.metric), ...figures(row)]);
    const groups = this.rows
      .filter(({ group, metric }) => group !== "all" && metric === "pointing")
      .map((row) => [row.group, ...figures(row)]);
    const tables = [
      { title: "All queries", cells: [["figure", ...head], ...all] },
      { title: "Best patch touches a box", cells: [["queries", ...head], ...groups] },
      {
        title: "Best patch from the nearest box, in patches",
        cells: [
          ["distance", "queries"],
          ...this.offsets.map(({ distance, count }) => [distance, String(count)]),
        ],
      },
    ];
    if (this.reliability) {
      const rate = ({ n, value, low, high }: { n: number; value: number; low: number; high: number }) => [
        String(n),
        decimal(value, 3),
        `${decimal(low, 3)} to ${decimal(high, 3)}`,
      ];
      const cells = [
        ["chance", "n", "share", "95 % of pages"],
        ...this.reliability.absent.map(({ p, reached }) => [
          `absent words with p of ${p} or less`,
          ...rate(reached),
        ]),
        ["printed words that are no more than chance", ...rate(this.reliability.missed)],
      ];
      tables.push({ title: "Reliability of chance", cells });
    }
    return tables;
  }

  /** An HTML fragment; its cells are text, never markup. */
  toHtml(): string {
    const text = (line: string) => htmlTable({ cells: [[line]] });
    return [
      text(this.headline),
      ...this.tables().flatMap(({ title, cells }) => [text(title), htmlTable({ cells })]),
      ...this.#said().map(text),
    ].join("");
  }

  /** A line a figure of a group. */
  toCsv(): string {
    const columns = ["group", "metric", "n", "value", "low", "high", "area", "shuffled"] as const;
    return csv([[...columns], ...this.rows.map((row) => columns.map((column) => row[column]))]);
  }

  toJSON(): object {
    const { model, seed, tolerance } = this.#data;
    const { rows, problems, reliability, judgements, offsets } = this;
    return {
      schema: "colpali-lens/evaluation@1",
      model,
      seed,
      tolerance,
      rows,
      offsets,
      reliability,
      problems,
      judgements,
    };
  }

  /**
   * Writes it: .json has everything, .csv the figures, .html a report with pictures of the worst and the best cases.
   * @returns the absolute path
   */
  async save(file: string): Promise<string> {
    const ending = extname(file).toLowerCase() as (typeof ENDINGS)[number];
    if (!ENDINGS.includes(ending))
      throw new RangeError(
        `invalid file name: ${JSON.stringify(file)}, expected it to end in ${ENDINGS.join(", ")}`,
      );
    const path = resolve(userPath(file));
    const content =
      ending === ".csv"
        ? this.toCsv()
        : ending === ".json"
          ? `${JSON.stringify(this, null, 1)}\n`
          : await reportPage(
              { headline: this.headline, tables: this.toHtml(), judgements: this.judgements },
              this.#asked,
            );
    await writeFile(path, content);
    return path;
  }

  #said(): string[] {
    const shown = this.problems
      .slice(0, 5)
      .map(({ where, message }) => `Not evaluated: ${where}: ${message}`);
    return this.problems.length > 5
      ? [...shown, `… and ${this.problems.length - 5} more, in .problems`]
      : shown;
  }
}

function textTable([head, ...rows]: string[][]): string {
  return tableText(
    rows,
    head.map((name, column) => ({ head: name, isNumber: column > 0, cell: (row) => row[column] })),
  );
}
