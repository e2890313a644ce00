import { bootstrap, randomNumbers } from "../../core/index.js";
import type { Judgement } from "./judge-page.js";

/** One figure of an evaluation. */
export interface EvaluationRow {
  /** "all", or what the queries have in common: "5 to 7 letters". */
  group: string;
  metric: Metric;
  n: number;
  value: number;
  /** 95 % interval: bootstrap over pages. */
  low: number;
  high: number;
  /** What chance gives by area alone; null where area says nothing. */
  area: number | null;
  /** The same boxes judged by the maps of other queries on their pages; null where no page has two queries apart. */
  shuffled: number | null;
}

export const METRICS = {
  pointing: { says: "best patch touches a box", of: (l) => Number(l.hit), area: (l) => l.chance.hit },
  near: { says: "best patch near a box", of: (l) => Number(l.near), area: (l) => l.chance.near },
  energy: { says: "energy in the boxes", of: (l) => l.energy, area: (l) => l.chance.energy },
  rank: { says: "relevance rank accuracy", of: (l) => l.rank, area: (l) => l.chance.rank },
  iou: { says: "intersection over union", of: (l) => l.iou, area: null },
  "iou .25": { says: "IoU of .25 or more", of: (l) => Number(l.iou >= 0.25), area: null },
  "iou .5": { says: "IoU of .5 or more", of: (l) => Number(l.iou >= 0.5), area: null },
  "iou .7": { says: "IoU of .7 or more", of: (l) => Number(l.iou >= 0.7), area: null },
  f1: { says: "F1 of areas", of: (l) => l.f1, area: null },
} satisfies Record<
  string,
  {
    says: string;
    of: (l: Judgement["localisation"]) => number;
    area: ((l: Judgement["localisation"]) => number) | null;
  }
>;
export type Metric = keyof typeof METRICS;

const LETTERS: [string, number, number][] = [
  ["up to 4 letters", 0, 4],
  ["5 to 7 letters", 5, 7],
  ["8 to 10 letters", 8, 10],
  ["11 or more letters", 11, Number.POSITIVE_INFINITY],
];
const POINTS: [string, number, number][] = [
  ["print up to 10 pt", 0, 10.5],
  ["print of 11 to 14 pt", 10.5, 14.5],
  ["print of 15 to 24 pt", 14.5, 24.5],
  ["print above 24 pt", 24.5, Number.POSITIVE_INFINITY],
];

/** What each group of queries has in common; a group without queries is left out. */
const GROUPS: [string, (judgement: Judgement) => boolean][] = [
  ["all", () => true],
  ["words", ({ kind }) => kind === "word"],
  ["with digits", ({ kind }) => kind === "number"],
  ["queries", ({ kind }) => kind === "query"],
  ...LETTERS.map(([name, from, to]): [string, (judgement: Judgement) => boolean] => [
    name,
    ({ kind, text }) => kind === "word" && text.length >= from && text.length <= to,
  ]),
  ...POINTS.map(([name, from, to]): [string, (judgement: Judgement) => boolean] => [
    name,
    ({ points }) => points !== null && points >= from && points < to,
  ]),
];

/** @param pages of each page what was judged on it */
export function evaluationRows(pages: readonly (readonly Judgement[])[], seed: number): EvaluationRow[] {
  return GROUPS.flatMap(([group, isIn]) => {
    const own = pages.map((judgements) => judgements.filter(isIn));
    if (own.every((judgements) => judgements.length === 0)) return [];
    return (Object.keys(METRICS) as Metric[]).flatMap((metric) => {
      const { of, area } = METRICS[metric];
      const interval = bootstrap(
        own.map((all) => all.map(({ localisation }) => of(localisation))),
        randomNumbers(seed),
      );
      if (!interval) return [];
      const flat = own.flat();
      const shuffled = flat.flatMap((one) => (one.shuffled ? [of(one.shuffled)] : []));
      return [
        {
          group,
          metric,
          ...interval,
          area: area && average(flat.map(({ localisation }) => area(localisation))),
          shuffled: shuffled.length > 0 ? average(shuffled) : null,
        },
      ];
    });
  });
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** How far best patches lie from their boxes, in patches: of each distance how many queries. */
export function offsetHistogram(judgements: readonly Judgement[]): { distance: string; count: number }[] {
  const far = judgements.map(({ localisation: { offset } }) => Math.max(...offset.map(Math.abs)));
  const bins: [string, number, number][] = [
    ["0 (hit)", 0, 0],
    ["1", 1, 1],
    ["2", 2, 2],
    ["3 to 5", 3, 5],
    ["6 to 10", 6, 10],
    ["more than 10", 11, Number.POSITIVE_INFINITY],
  ];
  return bins.map(([distance, from, to]) => ({
    distance,
    count: far.filter((d) => d >= from && d <= to).length,
  }));
}
