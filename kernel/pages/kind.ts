import { extname } from "node:path";
import { PageError } from "./error.js";
import { EXPECTED } from "./source.js";

interface Other {
  what: string;
  advice: string;
  /** What it starts with, or has at the offset `at`. */
  marks: string[];
  at?: number;
}

const AS_PNG = "save it as PNG or JPEG";
const AS_PDF = "save it as PDF";

/** Files that people take for documents, and what helps. */
const OTHERS: Other[] = [
  { what: "an AVIF image", advice: AS_PNG, marks: ["ftypavif", "ftypavis"], at: 4 },
  {
    what: "an HEIC image",
    advice: AS_PNG,
    marks: ["ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"],
    at: 4,
  },
  { what: "a JPEG XL image", advice: AS_PNG, marks: ["\xff\x0a", "\0\0\0\x0cJXL "] },
  { what: "a JPEG 2000 image", advice: AS_PNG, marks: ["\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"] },
  { what: "a JPEG-LS image", advice: AS_PNG, marks: ["\xff\xd8\xff\xf7"] },
  { what: "a GIF image", advice: AS_PNG, marks: ["GIF87a", "GIF89a"] },
  { what: "a BMP image", advice: AS_PNG, marks: ["BM"] },
  { what: "a Photoshop file", advice: AS_PNG, marks: ["8BPS"] },
  { what: "a DjVu document", advice: AS_PDF, marks: ["AT&TFORM"] },
  { what: "a PostScript file", advice: AS_PDF, marks: ["%!PS", "\xc5\xd0\xd3\xc6"] },
  { what: "a ZIP archive or an Office document", advice: AS_PDF, marks: ["PK\x03\x04"] },
  { what: "an Office document", advice: AS_PDF, marks: ["\xd0\xcf\x11\xe0"] },
  { what: "an RTF document", advice: AS_PDF, marks: ["{\\rtf"] },
  {
    what: "a Git LFS pointer in place of the file",
    advice: "bring the file with git lfs pull",
    marks: ["version https://git-lfs"],
  },
];

/**
 * What a document is, by its first bytes; names lie.
 * @throws PageError naming the kind of file where it is another
 */
export function documentKind(name: string, bytes: Uint8Array): "pdf" | "image" {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString("latin1");
  if (head.includes("%PDF-")) return "pdf";
  const other = markup(head) ?? OTHERS.find(({ marks, at = 0 }) => marks.some((m) => head.startsWith(m, at)));
  if (other) throw new PageError(`invalid document ${name}: ${other.what}, ${EXPECTED}; ${other.advice}`);
  if (
    head.startsWith("\x89PNG\r\n\x1a\n") ||
    head.startsWith("\xff\xd8\xff") ||
    (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") ||
    /^(II[*+]\0|MM\0[*+])/.test(head)
  )
    return "image";
  if (bytes.length === 0) throw new PageError(`invalid document ${name}: the file is empty, ${EXPECTED}`);
  const start = JSON.stringify(Buffer.from(bytes.subarray(0, 24)).toString("utf8"));
  const what = extname(name).toLowerCase() === ".pdf" ? "not a PDF" : "of a kind that cannot be read";
  throw new PageError(`invalid document ${name}: ${what} (it starts with ${start}), ${EXPECTED}`);
}

/** A web page, which servers send in place of a document that they refuse, or a drawing. */
function markup(head: string): { what: string; advice: string } | undefined {
  const text = head.replace(/^(?:\xef\xbb\xbf)?\s*/, "");
  if (!text.startsWith("<")) return undefined;
  if (/<svg[\s>]/i.test(text) && !/<html[\s>]/i.test(text)) return { what: "an SVG drawing", advice: AS_PNG };
  if (/^<!doctype html|<(?:html|head|body)[\s>]/i.test(text))
    return { what: "a web page (HTML)", advice: "open it in a browser to see what it says" };
  return undefined;
}
