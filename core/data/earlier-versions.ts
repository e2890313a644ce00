import { integer, invalid, record } from "./check.js";
import { type Explained, keysOf, lensDataOf } from "./explanation-of.js";
import { LENS_LIMITS } from "./lens-limits.js";

/** What versions 1 and 2 saved, each an untrusted value. */
export interface EarlierLens {
  /** `{ pages, explanations }`, two lists; an explanation names its page by its place in the list. */
  data?: unknown;
  view?: unknown;
  /** Version 2 has pictures by their page's sha256 here, version 1 in the pages. */
  pictures?: unknown;
  /** What control queries reach, by place in the list; version 1 has it in the explanations. */
  controls?: unknown;
}

/** Whether lens data are those of a version before 3. */
export function isEarlier(data: unknown): boolean {
  return isRecord(data) && "explanations" in data;
}

/**
 * A lens of an earlier version as this one has it, for `decodeLensData` and `decodeLensView` to check.
 * @throws RangeError where it is no such lens
 */
export function fromEarlier(saved: EarlierLens): { data: unknown; view: unknown } {
  const data = record(saved.data, "lens data");
  const pages = places(data.pages, "pages", LENS_LIMITS.pages);
  const explained = places(data.explanations, "explanations", LENS_LIMITS.results).map((raw, i) =>
    withPage(record(raw, `explanations[${i}]`), `explanations[${i}]`, pages, {
      pictures: entries(saved.pictures),
      baseline: Array.isArray(saved.controls) ? saved.controls[i] : null,
    }),
  );
  const keys = explained.map((each) => keysOf(each).result);
  return { data: lensDataOf(explained), view: viewFrom(saved.view ?? {}, keys) };
}

function places(value: unknown, name: string, most: number): unknown[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > most)
    throw invalid(name, value, `a list of 1 to ${most}`);
  return value;
}

/** Nothing else was said of a picture; what later versions say is null in their models. */
function earlierPicture(picture: unknown): unknown {
  return isRecord(picture) ? { mime: picture.mime, data: picture.data } : picture;
}

/** An explanation with the page that it stands on; its own statement of the page's origin completes the page. */
function withPage(
  explanation: Record<string, unknown>,
  name: string,
  pages: unknown[],
  apart: { pictures: Record<string, unknown>; baseline: unknown },
): Explained {
  const provenance = record(explanation.provenance, `${name}.provenance`);
  const [model, processor, source, asked] = ["model", "processor", "page", "query"].map((part) =>
    record(provenance[part], `${name}.provenance.${part}`),
  );
  const query = record(explanation.query, `${name}.query`);
  const at = integer(explanation.page, `${name}.page`, 0, pages.length - 1);
  const page = record(pages[at], `pages[${at}]`);
  const baseline = explanation.baseline ?? explanation.controls ?? apart.baseline ?? null;
  // The checks that follow read every field; here each is only put in its place.
  return {
    explanation: {
      ...explanation,
      query: { dropped: [], ...query },
      baseline: isRecord(baseline) ? { ...baseline, kind: "baseline" } : baseline,
      provenance: { ...provenance, model, processor, page: source, query: asked },
    },
    page: {
      picture: earlierPicture(apart.pictures[String(page.sha256)]),
      dpi: source.dpi,
      renderer: source.renderer,
      ...page,
    },
  } as unknown as Explained;
}

/** A lens that was opened again and changed may have a view of this version already. */
function viewFrom(view: unknown, keys: string[]): unknown {
  if (!isRecord(view)) return view;
  const { explanation, compare, ...rest } = view;
  const key = (place: unknown) => (typeof place === "number" ? (keys[place] ?? place) : place);
  return { result: key(explanation), ...rest, compare: key(compare) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

const entries = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** Where the settings are that were on the view itself up to state version 2. */
export const MOVED_SETTINGS: Record<string, readonly [group: "color" | "marks", name: string]> = {
  palette: ["color", "palette"],
  diverging: ["color", "diverging"],
  normalisation: ["color", "scale"],
  domain: ["color", "domain"],
  opacity: ["color", "opacity"],
  threshold: ["color", "threshold"],
  blend: ["color", "blend"],
  top: ["marks", "best"],
  contours: ["marks", "contours"],
};

/** A saved view with its settings in groups, whatever version saved it. */
export function currentView(saved: Record<string, unknown>): Record<string, unknown> {
  const view = { ...saved };
  for (const [before, [group, name]] of Object.entries(MOVED_SETTINGS)) {
    if (view[before] === undefined) continue;
    const now = view[group] ?? {};
    if (typeof now === "object") view[group] = { [name]: view[before], ...now };
    delete view[before];
  }
  // Hits had no boxes before there was a setting for them.
  if (isRecord(view.marks) && view.marks.hits === undefined) view.marks = { ...view.marks, hits: false };
  return view;
}
