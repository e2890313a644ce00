import PDFDocument from "pdfkit";
import {
  type FigureOptions,
  type FigurePlan,
  figureCaption,
  figureLabel,
  figurePlan,
  figureProvenance,
  type LensState,
  printable,
  type SvgNode,
} from "../../core/index.js";
import { manifest } from "../package.js";
import { FONT_NAMES, fontPath } from "./fonts.js";
import { withMissingNote } from "./missing.js";
import { textShift } from "./outline.js";
import { describe, type PdfInformation } from "./pdf-metadata.js";
import { drawFigure } from "./png-figure.js";
import { typeset } from "./typeset.js";

/** Points per CSS pixel. */
const POINT = 0.75;
const PICTURE_DPI = 300;

type Inherited = Record<string, string | number>;

/**
 * A lens as a one-page PDF: text with its font embedded, boxes and marks as vectors, the page's picture at up to 300 dpi,
 * its colours as one picture for each way in which they meet the page, so that no seams show between cells. Tagged: a reader
 * hears the alternative text. Characters that the fonts lack show as boxes with their code.
 * @throws RangeError on an option that cannot be
 */
export async function renderPdf(state: LensState, options: FigureOptions = {}): Promise<Uint8Array> {
  const figure = withMissingNote(await drawFigure(state, options, PICTURE_DPI));
  const info = information(figurePlan(state));
  const document = new PDFDocument({
    size: [figure.width * POINT, figure.height * POINT],
    margin: 0,
    tagged: true,
    lang: "en",
    displayTitle: true,
    // The first with blend modes, tags and XMP: TeX warns of versions above its own.
    pdfVersion: "1.4",
    info,
  });
  describe(document, info);
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => document.on("end", resolve).on("error", reject));
  for (const name of FONT_NAMES) document.registerFont(name, fontPath(name));
  const tagged = document.struct("Figure", { alt: description(figure.root) }, () => {
    document.save().scale(POINT);
    new Painter(document, figure.root).paint();
    document.restore();
  });
  document.addStructure(tagged);
  tagged.end();
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}

function description(root: SvgNode): string {
  const found = root.children.find((c) => typeof c !== "string" && c.tag === "desc") as SvgNode;
  return String(found.children[0]);
}

function information(plan: FigurePlan): PdfInformation {
  const { provenance } = plan.panels[0].scene.explanation;
  return {
    Title: printable(`Similarity map of ${figureLabel(plan)} for ${plan.title}`, 300),
    Subject: figureProvenance(plan),
    Keywords: figureCaption(plan),
    Creator: `${manifest.name} ${manifest.version}`,
    CreationDate: new Date(Date.parse(provenance.date) || 0),
  };
}

/** Paints the elements that core's drawings consist of. */
class Painter {
  readonly #to: PDFKit.PDFDocument;
  readonly #root: SvgNode;
  /** Pictures that several places use, by reference. */
  readonly #shared = new Map<string, SvgNode>();

  constructor(to: PDFKit.PDFDocument, root: SvgNode) {
    [this.#to, this.#root] = [to, root];
    for (const picture of elements(root)
      .filter((c) => c.tag === "defs")
      .flatMap(elements))
      this.#shared.set(`#${picture.attributes.id}`, picture);
  }

  paint(): void {
    this.#element(this.#root, {});
  }

  #element(of: SvgNode, inherited: Inherited): void {
    const attributes = { ...inherited, ...of.attributes };
    const to = this.#to;
    to.save();
    this.#transform(of.attributes.transform);
    const [, blend] = /mix-blend-mode:(multiply|screen)/.exec(String(of.attributes.style)) ?? [];
    if (blend) blendAs(to, blend === "screen" ? "Screen" : "Multiply");
    switch (of.tag) {
      case "rect": {
        const { x, y, width, height, rx } = of.attributes;
        const [left, top, wide, high] = [x ?? 0, y ?? 0, width, height].map(Number);
        this.#stroke(attributes, () =>
          rx === undefined
            ? to.rect(left, top, wide, high)
            : to.roundedRect(left, top, wide, high, Math.min(Number(rx), wide / 2, high / 2)),
        );
        break;
      }
      case "path":
        this.#stroke(attributes, () => to.path(String(of.attributes.d)));
        break;
      case "text":
        this.#write(String(of.children[0] ?? ""), attributes);
        break;
      case "image":
        this.#picture(of);
        break;
      case "use":
        this.#picture(this.#shared.get(String(of.attributes.href)) as SvgNode);
        break;
      case "g":
      case "svg": {
        if (of.tag === "svg") this.#window(of);
        const {
          transform: _,
          style: __,
          x: ___,
          y: ____,
          width: _____,
          height: ______,
          ...passed
        } = attributes;
        for (const child of elements(of)) this.#element(child, passed);
      }
    }
    to.restore();
  }

  /** `translate(x y) scale(s)` or `scale(x y)`, as core writes them. */
  #transform(value: string | number | undefined): void {
    for (const [, name, list] of String(value ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
      const [a, b] = list.split(" ").map(Number);
      if (name === "translate") this.#to.translate(a, b);
      else this.#to.scale(a, b ?? a);
    }
  }

  /** What of a drawing inside the drawing is seen: its `viewBox`, at its place. */
  #window({ attributes: { x = 0, y = 0, width, height, viewBox } }: SvgNode): void {
    const [left, top, wide, high] = String(viewBox).split(" ").map(Number);
    this.#to
      .translate(Number(x), Number(y))
      .rect(0, 0, Number(width), Number(height))
      .clip()
      .scale(Number(width) / wide, Number(height) / high)
      .translate(-left, -top);
  }

  #picture({ attributes: { href, x = 0, y = 0, width, height } }: SvgNode): void {
    this.#to.image(String(href), Number(x), Number(y), { width: Number(width), height: Number(height) });
  }

  #stroke(attributes: Inherited, shape: () => void): void {
    const { fill = "#000", stroke: line = "none" } = attributes;
    if (fill !== "none") {
      shape();
      this.#to.fillOpacity(Number(attributes["fill-opacity"] ?? 1)).fill(String(fill));
    }
    if (line === "none") return;
    shape();
    const dash = String(attributes["stroke-dasharray"] ?? "");
    if (dash) this.#to.dash(Number(dash.split(" ")[0]), { space: Number(dash.split(" ")[1]) });
    this.#to
      .lineWidth(Number(attributes["stroke-width"] ?? 1))
      .strokeOpacity(Number(attributes["stroke-opacity"] ?? 1))
      .stroke(String(line));
  }

  #write(text: string, attributes: Inherited): void {
    const to = this.#to;
    const line = typeset(text, Number(attributes["font-size"]), attributes["font-weight"] === "bold");
    const left = Number(attributes.x) - textShift(attributes["text-anchor"]) * line.width;
    const top = Number(attributes.y);
    const fill = String(attributes.fill ?? "#000");
    for (const piece of line.pieces) {
      to.font(piece.font).fontSize(piece.size);
      const [x, y] = [left + piece.x, top + piece.y];
      // Features given, even none: pdfkit then sets the piece as a whole, which right-to-left text needs.
      const place: PDFKit.Mixins.TextOptions = { lineBreak: false, baseline: "alphabetic", features: [] };
      if (attributes.stroke !== undefined) {
        to.lineWidth(Number(attributes["stroke-width"]))
          .lineJoin("round")
          .strokeColor(String(attributes.stroke));
        to.text(piece.text, x, y, { ...place, stroke: true, fill: false });
      }
      to.fillColor(fill, 1);
      to.text(piece.text, x, y, { ...place, stroke: false, fill: true });
    }
    for (const box of line.boxes)
      to.lineWidth(0.5)
        .rect(left + box.x, top + box.y, box.width, box.height)
        .strokeOpacity(1)
        .stroke(fill);
  }
}

function elements(of: SvgNode): SvgNode[] {
  return of.children.filter((c): c is SvgNode => typeof c !== "string");
}

/** The part of pdfkit that its types leave out. */
interface Content {
  ref(data: object): { end(): void };
  addContent(content: string): void;
  page: { ext_gstates: Record<string, unknown> };
}

/** pdfkit has no blend modes: the graphics state is added by hand (PDF 1.7, 11.3.5). */
function blendAs(document: PDFKit.PDFDocument, mode: "Multiply" | "Screen"): void {
  const content = document as unknown as Content;
  const state = content.ref({ Type: "ExtGState", BM: mode });
  state.end();
  content.page.ext_gstates[mode] = state;
  content.addContent(`/${mode} gs`);
}
