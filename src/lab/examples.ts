import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { type Contents, ServerConnection } from "@jupyterlab/services";
import { writeNew } from "./new-files.js";
import { MODULE_NAME } from "./version.js";

/** The example notebooks that come with the extension. */
export const EXAMPLES = [
  { name: "first-look", title: "First look", shows: "From a page and a query to a heatmap" },
  { name: "teaching-maxsim", title: "Teaching MaxSim", shows: "Late interaction step by step" },
  { name: "compare-queries", title: "Compare queries", shows: "Two queries on one page, and what differs" },
  { name: "write-up-figure", title: "Write-up figure", shows: "A two-panel figure with its caption" },
] as const;

/** What the examples explain. */
const REPORT = "energy-report.pdf";

/**
 * Copies an example, and the document that it opens, into a folder. Nothing is overwritten.
 * @returns path of the notebook
 */
export async function openExample(
  contents: Contents.IManager,
  folder: string,
  name: string,
): Promise<string> {
  const [text, report] = await Promise.all([
    shipped(`${name}.ipynb`).then((answer) => answer.text()),
    shipped(REPORT).then(async (answer) => base64(new Uint8Array(await answer.arrayBuffer()))),
  ]);
  const path = await reportIn(contents, folder, report);
  // The name has nothing in it that JSON would write otherwise.
  const content = JSON.parse(text.replaceAll(REPORT, path.slice(path.lastIndexOf("/") + 1)));
  return writeNew(contents, folder, `${name}.ipynb`, { type: "notebook", format: "json", content });
}

/** The report that is there, where it is the same; else a new copy. */
async function reportIn(contents: Contents.IManager, folder: string, report: string): Promise<string> {
  const path = folder === "" || folder.endsWith(":") ? `${folder}${REPORT}` : `${folder}/${REPORT}`;
  const there = await contents.get(path, { type: "file", format: "base64", content: true }).catch(() => null);
  if (there && String(there.content).replace(/\s/g, "") === report) return path;
  return writeNew(contents, folder, REPORT, { type: "file", format: "base64", content: report });
}

async function shipped(file: string): Promise<Response> {
  const settings = ServerConnection.makeSettings();
  const path = URLExt.join(PageConfig.getOption("fullLabextensionsUrl"), MODULE_NAME, "examples", file);
  const answer = await ServerConnection.makeRequest(new URL(path, settings.baseUrl).href, {}, settings);
  if (!answer.ok) throw new Error(`cannot read the example ${file}: the server answered ${answer.status}`);
  return answer;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
