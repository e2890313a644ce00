import {
  type Contrast,
  contrast,
  decimal,
  explanationOf,
  explanationsOf,
  type LensExplanation,
  type LensState,
  type Margin,
  margins,
  type RowColumn,
  sameModel,
} from "../../core/index.js";
import { LensReport } from "./lens-report.js";

/** Per token of the page in view: the place and the page that come next. */
export function marginsOf({ data, view }: LensState): LensReport<Margin> {
  const explanation = explanationOf(data, view.result);
  const others = siblingsOf(explanation, data);
  const rows = margins(explanation, others);
  const loose = rows.filter(({ anywhere, share }) => anywhere && share > 0);
  const together = loose.reduce((sum, { share }) => sum + share, 0);
  const says = loose
    .slice(0, 3)
    .map(({ text, share }) => `‘${text}’ gives ${percent(share)} of the score and fits anywhere.`);
  if (loose.length > 1)
    says.push(`Tokens that fit anywhere give ${percent(together)} of the score together.`);
  if (loose.length === 0) says.push("No token fits as well in another place: each has one that stands out.");
  const place = ({ row, column }: { row: number; column: number }) => `${row}, ${column}`;
  const text = (head: string, value: (row: Margin) => string): RowColumn<Margin> => ({
    head,
    value,
    cell: value,
  });
  const columns = [
    text("token", (row) => row.text),
    number<Margin>("cosine", ({ best }) => best),
    number<Margin>("% of the score", ({ share }) => 100 * share, 1),
    text("best patch", (row) => place(row.place)),
    text("runner-up", ({ runnerUp }) => (runnerUp ? place(runnerUp) : "–")),
    number<Margin>("margin", ({ placeMargin }) => placeMargin),
    text("next page", ({ page }) => (page === null ? "–" : pageName(others[page]))),
    number<Margin>("its margin", ({ pageMargin }) => pageMargin),
    text("fits anywhere", ({ anywhere }) => (anywhere ? "yes" : "")),
  ];
  const { query, provenance } = explanation;
  return new LensReport(rows, columns, says, { kind: "margins", query: query.text, provenance });
}

/**
 * Why the page in view scores above another, token by token.
 * @param which key of a result of the lens (`lens.results`); the best other page of the query when left out
 */
export function contrastOf({ data, view }: LensState, which?: string): LensReport<Contrast> {
  const a = explanationOf(data, view.result);
  const [best] = siblingsOf(a, data).sort((x, y) => y.maxsim.score - x.maxsim.score);
  if (which === undefined && !best)
    throw new RangeError(
      "invalid pages: the lens has one page of this query, expected two (lens.results lists them)",
    );
  const b = which === undefined ? best : explanationOf(data, which);
  const rows = contrast(a, b);
  const [scoreA, scoreB] = [a.maxsim.score, b.maxsim.score];
  const sign = (value: number) => `${value < 0 ? "-" : "+"}${decimal(Math.abs(value), 3)}`;
  const [first] = rows;
  const says = [
    `${pageName(a)} scores ${decimal(scoreA, 3)}, ${pageName(b)} ${decimal(scoreB, 3)}: ${sign(scoreA - scoreB)}, the sum of the differences below.`,
    `‘${first.text}’ makes most of a difference: ${sign(first.difference)}.`,
  ];
  const columns: RowColumn<Contrast>[] = [
    { head: "token", value: ({ text }) => text, cell: ({ text }) => text },
    number("cosine here", (row) => row.a),
    number("there", (row) => row.b),
    number("difference", (row) => row.difference),
  ];
  const about = { kind: "contrast", query: a.query.text, a: a.provenance, b: b.provenance };
  return new LensReport(rows, columns, says, about);
}

/** The same query on the other pages of the lens, by the same model. */
function siblingsOf(explanation: LensExplanation, data: LensState["data"]): LensExplanation[] {
  return explanationsOf(data).filter(
    (other) =>
      other.key !== explanation.key &&
      other.query.text === explanation.query.text &&
      sameModel(other, explanation),
  );
}

const pageName = ({ provenance: { page } }: LensExplanation) => `${page.file}, page ${page.number}`;
const percent = (share: number) => `${decimal(100 * share, 0)} %`;

function number<T>(head: string, value: (row: T) => number | null, places = 3): RowColumn<T> {
  const cell = (row: T) => {
    const of = value(row);
    return of === null ? "–" : decimal(of, places);
  };
  return { head, isNumber: true, value, cell };
}
