import { access, constants, mkdir } from "node:fs/promises";
import type { Page } from "../../core/index.js";
import { loadModel, type Model } from "../hub/load-model.js";
import { openPages } from "../pages/index.js";
import { userPath } from "../user-path.js";
import { keyword, PROVIDER_NAMES } from "./options.js";
import { progress, type Report, say } from "./terminal.js";

/** How a model and documents are opened. */
interface Opening {
  quiet: boolean;
  signal: AbortSignal;
}

/** Model and provider as asked, with warnings and progress on stderr. */
export async function openModel(
  values: { model: string; profile?: string; provider: string; revision?: string; graph?: string },
  { quiet, signal }: Opening,
): Promise<Model> {
  const provider = keyword("provider", values.provider, PROVIDER_NAMES);
  const reports = new Map<string, Report>();
  const reportOf = (step: string): Report => {
    const report = reports.get(step) ?? progress(step, "MB", quiet);
    reports.set(step, report);
    return report;
  };
  return loadModel(values.model, {
    profile: values.profile,
    provider,
    revision: values.revision,
    graph: values.graph,
    signal,
    // What is loaded is the end of loading.
    onProgress: ({ step, done, total }) =>
      reportOf(step.replace(/^loaded/, "loading"))(megabytes(done), megabytes(total)),
    onWarning,
  });
}

const onWarning = (message: string) => say(`warning: ${message}`);
const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);

/** Pages of each document, in the order given. */
export async function openDocuments(
  documents: readonly string[],
  { quiet, signal, ...options }: Opening & { dpi?: number; password?: string },
): Promise<Page[][]> {
  const report = progress("opening", "pages", quiet);
  const opened: Page[][] = [];
  let before = 0;
  for (const [i, document] of documents.entries()) {
    const left = documents.length - i - 1;
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      report(before + done, before + total + left);
    opened.push(await openPages(document, { ...options, signal, onProgress, onWarning }));
    before += opened[i].length;
  }
  return opened;
}

/**
 * Makes the folder that is written to, before the work that fills it.
 * @throws Error naming it, when it cannot be written to
 */
export async function outputFolder(given: string): Promise<string> {
  const path = userPath(given);
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return path;
  } catch (error) {
    throw new Error(`cannot write to --out ${given}: ${(error as Error).message}, name another folder`, {
      cause: error,
    });
  }
}
