import PDFDocument from "pdfkit";
import { type LensState, printable, type Scene, type SvgNode, scene } from "../../core/index.js";
import { manifest } from "../package.js";
import { figureFont } from "./outline.js";
import { checkedSize, drawFigure, type FigureSize } from "./png.js";

/** Points per CSS pixel. */
const POINT = 0.75;
const PICTURE_DPI = 300;

type Inherited = Record<string, string | number>;

/**
 * A lens as a one-page PDF: text with its font embedded, cells and marks as vectors, the page's picture at 300 dpi.
 * Tagged: a reader hears the alternative text. Characters that the font (DejaVu Sans) lacks show as boxes.
 */
export async function renderPdf(state: LensState, size: Pick<FigureSize, "width"> = {}): Promise<Uint8Array> {
  const { width } = checkedSize(size);
  const of = scene(state);
  const figure = await drawFigure(state, width, PICTURE_DPI);
  const document = new PDFDocument({
    size: [figure.width * POINT, figure.height * POINT],
    margin: 0,
    tagged: true,
    lang: "en",
    displayTitle: true,
    info: information(of),
  });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => document.on("end", resolve).on("error", reject));
  document.registerFont("regular", figureFont(false).path).registerFont("bold", figureFont(true).path);
  const tagged = document.struct("Figure", { alt: description(figure.root) }, () => {
    document.save().scale(POINT);
    paint(document, figure.root, {});
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

function information({ explanation, shown }: Scene) {
  return {
    Title: printable(`Similarity map of ${shown.label} for “${explanation.query.text}”`, 300),
    Subject: JSON.stringify(explanation.provenance),
    Creator: `${manifest.name} ${manifest.version}`,
    CreationDate: new Date(Date.parse(explanation.provenance.date) || 0),
  };
}

function paint(document: PDFKit.PDFDocument, of: SvgNode, inherited: Inherited): void {
  const attributes = { ...inherited, ...of.attributes };
  document.save();
  transform(document, of.attributes.transform);
  if (of.attributes.style === "mix-blend-mode:multiply") multiply(document);
  switch (of.tag) {
    case "rect": {
      const { x, y, width, height } = of.attributes;
      stroke(document, attributes, () =>
        document.rect(Number(x ?? 0), Number(y ?? 0), Number(width), Number(height)),
      );
      break;
    }
    case "path":
      stroke(document, attributes, () => document.path(String(of.attributes.d)));
      break;
    case "text":
      write(document, String(of.children[0] ?? ""), attributes);
      break;
    case "image":
      document.image(String(of.attributes.href), 0, 0, {
        width: Number(of.attributes.width),
        height: Number(of.attributes.height),
      });
      break;
    case "g":
    case "svg": {
      const { transform: _, style: __, ...passed } = attributes;
      for (const child of of.children) if (typeof child !== "string") paint(document, child, passed);
    }
  }
  document.restore();
}

/** `translate(x y) scale(s)` or `scale(x y)`, as core writes them. */
function transform(document: PDFKit.PDFDocument, value: string | number | undefined): void {
  for (const [, name, list] of String(value ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b] = list.split(" ").map(Number);
    if (name === "translate") document.translate(a, b);
    else document.scale(a, b ?? a);
  }
}

function stroke(document: PDFKit.PDFDocument, attributes: Inherited, shape: () => void): void {
  const { fill = "#000", stroke: line = "none" } = attributes;
  if (fill !== "none") {
    shape();
    document.fillOpacity(Number(attributes["fill-opacity"] ?? 1)).fill(String(fill));
  }
  if (line === "none") return;
  shape();
  const dash = String(attributes["stroke-dasharray"] ?? "");
  if (dash) document.dash(Number(dash.split(" ")[0]), { space: Number(dash.split(" ")[1]) });
  document
    .lineWidth(Number(attributes["stroke-width"] ?? 1))
    .strokeOpacity(Number(attributes["stroke-opacity"] ?? 1))
    .stroke(String(line));
}

function write(document: PDFKit.PDFDocument, text: string, attributes: Inherited): void {
  document
    .font(attributes["font-weight"] === "bold" ? "bold" : "regular")
    .fontSize(Number(attributes["font-size"]));
  const shift = { start: 0, middle: 0.5, end: 1 }[String(attributes["text-anchor"] ?? "start")] ?? 0;
  const x = Number(attributes.x) - shift * document.widthOfString(text);
  const place = { lineBreak: false, baseline: "alphabetic" } as const;
  const halo = attributes.stroke;
  if (halo !== undefined) {
    document.lineWidth(Number(attributes["stroke-width"])).lineJoin("round").strokeColor(String(halo));
    document.text(text, x, Number(attributes.y), { ...place, stroke: true, fill: false });
  }
  document.fillColor(String(attributes.fill ?? "#000"), 1);
  document.text(text, x, Number(attributes.y), { ...place, stroke: false, fill: true });
}

/** The part of pdfkit that its types leave out. */
interface Content {
  ref(data: object): { end(): void };
  addContent(content: string): void;
  page: { ext_gstates: Record<string, unknown> };
}

/** pdfkit has no blend modes: the graphics state is added by hand (PDF 1.7, 11.3.5). */
function multiply(document: PDFKit.PDFDocument): void {
  const content = document as unknown as Content;
  const state = content.ref({ Type: "ExtGState", BM: "Multiply" });
  state.end();
  content.page.ext_gstates.Multiply = state;
  content.addContent("/Multiply gs");
}
