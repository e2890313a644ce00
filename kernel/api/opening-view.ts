import { changeView, defaultView, type LensData, type LensView, type ViewChange } from "../../core/index.js";
import { currentKernel } from "../jupyter/kernel.js";

/** How a new lens opens: the package's own way, changed by what the person has set in the front end. */
export function openingView(data: LensData): LensView {
  const view = defaultView(data);
  const set = currentKernel()?.settings?.view;
  if (typeof set !== "object" || set === null) return view;
  try {
    return changeView(data, view, set as ViewChange);
  } catch (error) {
    console.warn(`the settings of ColPali Lens are not used: ${(error as Error).message}`);
    return view;
  }
}
