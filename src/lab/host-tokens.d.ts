/** What is used of packages that JupyterLab and Notebook bring along: they are not installed here. */

declare module "@jupyterlab/filebrowser" {
  import type { Contents } from "@jupyterlab/services";
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";

  interface FileBrowser extends Widget {
    readonly model: { readonly path: string };
    selectedItems(): IterableIterator<Contents.IModel>;
  }
  interface IFileBrowserFactory {
    readonly tracker: { readonly currentWidget: FileBrowser | null };
  }
  export const IFileBrowserFactory: Token<IFileBrowserFactory>;
}

declare module "@jupyterlab/launcher" {
  import type { Token } from "@lumino/coreutils";

  interface ILauncher {
    add(item: {
      command: string;
      args?: Record<string, string>;
      category: string;
      rank?: number;
      kernelIconUrl?: string;
    }): unknown;
  }
  export const ILauncher: Token<ILauncher>;
}
