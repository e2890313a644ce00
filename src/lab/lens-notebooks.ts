import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ICommandPalette } from "@jupyterlab/apputils";
import type { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import type { ILauncher } from "@jupyterlab/launcher";
import type { Contents } from "@jupyterlab/services";
import { isDocumentName } from "../../core/data/document-names.js";
import { EXAMPLES, openExample } from "./examples.js";
import { firstNotebook } from "./first-cells.js";
import type { LensSettings } from "./lens-settings.js";
import { writeNew } from "./new-files.js";
import { MODULE_NAME } from "./version.js";

/** In the launcher and in the command palette. */
export const CATEGORY = "ColPali Lens";

const [EXPLAIN, NEW, EXAMPLE] = ["explain-files", "new-notebook", "open-example"].map(
  (name) => `${MODULE_NAME}:${name}`,
);

/** What of the host there may be. */
export interface Places {
  files: IFileBrowserFactory | null;
  launcher: ILauncher | null;
  palette: ICommandPalette | null;
}

/** Notebooks that are written for a person: on files chosen in the file browser, an empty one, and copies of the examples. */
export function addNotebooks(
  app: JupyterFrontEnd,
  settings: LensSettings,
  { files, launcher, palette }: Places,
): void {
  const { commands, contextMenu, serviceManager } = app;
  const { contents, kernelspecs } = serviceManager;
  const open = (path: string) => commands.execute("docmanager:open", { path, factory: "Notebook" });
  const chosen = () => [...(files?.tracker.currentWidget?.selectedItems() ?? [])];
  const isChosen = () => chosen().length > 0 && chosen().every(isDocument);
  /** The launcher says where it is; else where the person looks. */
  const folder = ({ cwd }: { cwd?: unknown }) =>
    typeof cwd === "string" ? cwd : (files?.tracker.currentWidget?.model.path ?? "");

  const write = async (where: string, name: string, paths: readonly string[]) => {
    const content = firstNotebook(paths, settings.current);
    return open(await writeNew(contents, where, name, { type: "notebook", format: "json", content }));
  };

  commands.addCommand(EXPLAIN, {
    label: `Explain with ${MODULE_NAME}`,
    caption: "Opens a notebook that shows what a query looks at in these documents",
    isEnabled: isChosen,
    isVisible: isChosen,
    execute: () => {
      const paths = chosen().map(({ path }) => path);
      const where = folderOf(paths[0]);
      const [first] = paths.map((path) => relative(contents, where, path));
      const name = paths.length === 1 ? `${first.replace(/\.[^.]*$/s, "")}-lens.ipynb` : "lens.ipynb";
      return write(
        where,
        name,
        paths.map((path) => relative(contents, where, path)),
      );
    },
  });
  commands.addCommand(NEW, {
    label: "New lens notebook",
    caption: "A notebook with the first cells written",
    execute: (args) => write(folder(args), "lens.ipynb", []),
  });
  commands.addCommand(EXAMPLE, {
    label: ({ name }) => EXAMPLES.find((example) => example.name === name)?.title ?? "Example",
    caption: ({ name }) => EXAMPLES.find((example) => example.name === name)?.shows ?? "",
    execute: async (args) => open(await openExample(contents, folder(args), String(args.name))),
  });

  contextMenu.addItem({ command: EXPLAIN, selector: '.jp-DirListing-item[data-isdir="false"]', rank: 3 });
  palette?.addItem({ command: EXPLAIN, category: CATEGORY });
  palette?.addItem({ command: NEW, category: CATEGORY });
  for (const { name } of EXAMPLES) palette?.addItem({ command: EXAMPLE, args: { name }, category: CATEGORY });
  if (!launcher) return;
  void kernelspecs.ready.then(() => {
    const kernelIconUrl = kernelspecs.specs?.kernelspecs[MODULE_NAME]?.resources["logo-svg"];
    const card = (command: string, rank: number, args?: Record<string, string>) =>
      launcher.add({ command, args, category: CATEGORY, rank, kernelIconUrl });
    card(NEW, 0);
    for (const [i, { name }] of EXAMPLES.entries()) card(EXAMPLE, i + 1, { name });
  });
}

const isDocument = ({ type, name }: Contents.IModel): boolean => type !== "directory" && isDocumentName(name);

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** A file as the kernel of a notebook in the folder finds it. */
function relative(contents: Contents.IManager, folder: string, path: string): string {
  const [from, to] = [folder, path].map((one) => contents.localPath(one).split("/").filter(Boolean));
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join("/");
}
