import type { Page } from "../../core/index.js";
import { loadModel, type Model } from "../models/index.js";
import { openPages } from "../pages/index.js";
import { stderrProgress, UsageError } from "./options.js";

/** Model and provider as asked, with warnings and progress on stderr. */
export function openModel(values: {
  model: string;
  profile?: string;
  provider?: string;
  revision?: string;
}): Promise<Model> {
  const progress = stderrProgress(`loading ${values.model}`);
  return loadModel(values.model, {
    profile: values.profile,
    provider: values.provider as never,
    revision: values.revision,
    onProgress: ({ done, total }) => progress(done, total),
    onWarning: (message) => process.stderr.write(`warning: ${message}\n`),
  });
}

/** Pages of each document, in the order given. @throws UsageError without a document */
export async function openDocuments(
  documents: readonly string[],
  options: { dpi?: number; password?: string },
): Promise<Page[][]> {
  if (documents.length === 0) throw new UsageError("missing --documents: give at least one PDF or image");
  const opened: Page[][] = [];
  for (const document of documents) {
    const progress = stderrProgress(`opening ${document}`);
    opened.push(
      await openPages(document, { ...options, onProgress: ({ done, total }) => progress(done, total) }),
    );
  }
  return opened;
}
