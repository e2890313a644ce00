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
  return view;
}
