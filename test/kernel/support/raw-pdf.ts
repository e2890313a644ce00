/** Writes a PDF from the bodies of its objects; the first is the catalog. */
export function rawPdf(objects: string[]): Uint8Array {
  let out = "%PDF-1.7\n";
  const places = objects.map((body, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  out += `trailer\n<< /Root 1 0 R /Size ${objects.length + 1} >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(out, "latin1"));
}

export const stream = (content: string, dictionary = ""): string =>
  `<< ${dictionary} /Length ${content.length} >>\nstream\n${content}\nendstream`;

export interface OnePage {
  content: string;
  /** What `/Font` names, as objects of their own: `F1`, `F2`, … */
  fonts?: string[];
  /** Further objects, numbered from 5 + the number of fonts. */
  objects?: string[];
  /** More of the page's resources and of the page. */
  resources?: string;
  page?: string;
}

/** A page of 300 x 100 points. */
export function onePage({
  content,
  fonts = [],
  objects = [],
  resources = "",
  page = "",
}: OnePage): Uint8Array {
  const names = fonts.map((_, i) => `/F${i + 1} ${5 + i} 0 R`).join(" ");
  return rawPdf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 100] >>",
    `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << ${names} >> ${resources} >> ${page} >>`,
    stream(content),
    ...fonts,
    ...objects,
  ]);
}

/** Four hexadecimal digits. */
export const hex = (code: number) => code.toString(16).padStart(4, "0");

/** What the codes of a font mean: one code a letter, from 1. */
export const toUnicode = (text: string) =>
  stream(
    `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <FFFF> endcodespacerange ${text.length} beginbfchar ${Array.from(text, (char, i) => `<${hex(i + 1)}> <${hex(char.charCodeAt(0))}>`).join(" ")} endbfchar endcmap end end`,
  );
