import { record } from "../data/check.js";
import { nearest } from "../data/did-you-mean.js";
import { MOVED_SETTINGS } from "../data/earlier-versions.js";
import type { LensView, ViewChange } from "../data/lens-state.js";

/** Settings that belong together: what is assigned to one changes a part of it. */
export const GROUPS = ["color", "marks", "zoom"] as const;

/** Other spellings, as people know them: taken where a setting is assigned, never stored. */
const SPELLINGS: Record<string, Record<string, string>> = {
  view: { colour: "color" },
  "view.color": { normalize: "scale", scheme: "palette", cmap: "palette" },
};

/** Where a setting is that somebody looks for on the view itself, by its names. */
const IN_GROUPS: Record<string, string> = Object.fromEntries([
  ...Object.values(MOVED_SETTINGS).map(([group, name]) => [name, `view.${group}.${name}`]),
  ...Object.entries(MOVED_SETTINGS).map(([name, to]) => [name, `view.${to.join(".")}`]),
  ...Object.entries(SPELLINGS["view.color"]).map(([name, own]) => [name, `view.color.${own}`]),
]);

/** Parts that may be there. */
const OPTIONAL: Record<string, readonly string[]> = { "view.region": ["side"] };

/** What a setting is called here. @param place where it is: `view`, or a group, `view.color` */
export function ownName(place: string, spelled: string): string {
  const names = Object.hasOwn(SPELLINGS, place) ? SPELLINGS[place] : {};
  return Object.hasOwn(names, spelled) ? names[spelled] : spelled;
}

/**
 * The name of a setting that there is.
 * @param names the names there are
 * @throws RangeError for one that is none, naming those there are
 */
export function settingName(place: string, spelled: string, names: readonly string[]): string {
  const name = ownName(place, spelled);
  if (names.includes(name) || OPTIONAL[place]?.includes(name)) return name;
  const elsewhere = place === "view" ? IN_GROUPS : {};
  const near = nearest(spelled, [...names, ...Object.keys(elsewhere)]);
  const meant = near !== undefined && Object.hasOwn(elsewhere, near) ? elsewhere[near] : near;
  throw new RangeError(
    `invalid ${place}.${spelled}: no such setting, expected one of ${names.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
  );
}

/** A change in the names of the view. @throws RangeError for a name that is none */
export function canonical(change: ViewChange, view: LensView): ViewChange {
  const named = names("view", record(change, "view"), view);
  for (const group of GROUPS)
    if (group in named) {
      const place = `view.${group}`;
      named[group] = names(place, record(named[group], place), view[group]);
    }
  return named;
}

function names(place: string, given: Record<string, unknown>, base: object): Record<string, unknown> {
  const names = Object.keys(base);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [settingName(place, name, names), value]),
  );
}
