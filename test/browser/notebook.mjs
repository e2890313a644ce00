/** A notebook open in JupyterLab or Notebook 7. Cells are counted from 0, code and text cells alike. */
export class Notebook {
  constructor(page) {
    this.page = page;
  }

  /** Waits until the notebook is shown and its kernel answers. */
  async ready() {
    await this.page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 60_000 });
    await this.page.waitForFunction(
      () => {
        const panel = window.jupyterapp?.shell.currentWidget;
        return panel?.sessionContext?.session?.kernel?.status === "idle" && panel.context.isReady;
      },
      null,
      { timeout: 60_000 },
    );
  }

  count() {
    return this.page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets.length);
  }

  /** Runs a cell as Ctrl+Enter does and waits until it has ended. */
  async run(index) {
    await this.page.evaluate(async (i) => {
      const { jupyterapp } = window;
      jupyterapp.shell.currentWidget.content.activeCellIndex = i;
      await jupyterapp.commands.execute("notebook:run-cell");
    }, index);
    return this.outputs(index);
  }

  /** Puts code into a new last cell and runs it. @returns {Promise<Output[]>} */
  async add(code) {
    const index = await this.page.evaluate((source) => {
      const { model, widgets } = window.jupyterapp.shell.currentWidget.content;
      model.sharedModel.addCell({ cell_type: "code", source });
      return widgets.length - 1;
    }, code);
    const outputs = await this.run(index);
    return { index, outputs, text: textOf(outputs) };
  }

  /** The outputs as nbformat has them. */
  outputs(index) {
    return this.page.evaluate((i) => {
      const { model } = window.jupyterapp.shell.currentWidget.content.widgets[i];
      return model.outputs?.toJSON() ?? [];
    }, index);
  }

  /** The cell's output area on the screen, scrolled into view. */
  async area(index) {
    const cell = this.page.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${index}"]`);
    await cell.scrollIntoViewIfNeeded();
    return cell.locator(".jp-Cell-outputArea");
  }

  kernelId() {
    return this.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id);
  }

  async save() {
    await this.page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save"));
  }

  async reload() {
    await this.page.reload();
    await this.ready();
  }
}

export const TYPESCRIPT = {
  name: "colpali-lens",
  display_name: "TypeScript (ColPali Lens)",
  language: "typescript",
};
export const PYTHON = { name: "python3", display_name: "Python 3", language: "python" };

/** The text of a notebook of code cells that nobody has run. */
export function freshNotebook(sources, kernelspec = TYPESCRIPT) {
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

/** Text of outputs: streams, plain results, and errors as "name: message". */
export function textOf(outputs) {
  return outputs
    .map((output) => {
      if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
      return flat(output.output_type === "stream" ? output.text : output.data?.["text/plain"]);
    })
    .join("\n");
}

const flat = (text) => (Array.isArray(text) ? text.join("") : (text ?? ""));
