import { type Page, sharedReference } from "../../core/index.js";
import { type LoadOptions, loadModel as load, type Model } from "../hub/load-model.js";
import { type OpenPagesOptions, openPages as open, type PageInput } from "../pages/index.js";
import { pageList } from "../pages/page-list.js";
import { withProgress } from "../widgets/progress.js";

export type { LoadOptions } from "../hub/load-model.js";
export type { OpenPagesOptions } from "../pages/index.js";

/** {@link load} with a progress bar in the cell for what takes long; pass `onProgress` to show it your own way. */
export function loadModel(ref: string, options: LoadOptions = {}): Promise<Model> {
  if (options.onProgress) return load(ref, options);
  return withProgress(`Loading ${sharedReference(ref)}`, "MB", (report) =>
    load(ref, {
      ...options,
      onProgress: ({ step, done, total }) => report(Math.ceil(done / 1e6), Math.ceil(total / 1e6), step),
    }),
  );
}

/**
 * {@link open} with a progress bar in the cell for what takes long; pass `onProgress` to show it your own way. The list prints
 * as a table, and a cell shows it with small pictures.
 */
export async function openPages(
  source: PageInput | readonly PageInput[],
  options: OpenPagesOptions = {},
): Promise<Page[]> {
  if (options.onProgress) return pageList(await open(source, options));
  const opening = withProgress("Opening", "pages", (report) =>
    open(source, { ...options, onProgress: ({ done, total }) => report(done, total) }),
  );
  return pageList(await opening);
}
