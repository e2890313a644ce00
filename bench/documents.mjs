/**
 * Real documents for the benches: PDFs of Debian packages that `training/mini/sources.tsv` pins by version and hash, unpacked by
 * `make -C training venv data` into ~/colpali-lens-training, or where COLPALI_LENS_TRAINING says. No page of them was trained on.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openPages } from "../lib/kernel/index.js";
import { root } from "../tools/report.mjs";
import { plainPdf, sources, work } from "./debian-documents.mjs";

const DOC = "usr/share/doc";
const SIL = "documentation/pdf";
const FULL = 100;

const reference = (language) => `usr/share/debian-reference/debian-reference.${language}.pdf`;
const card = (language) => `${DOC}/debian-refcard/refcard-${language}-a4.pdf.gz`;

/** Manuals in English, by how they are set: LaTeX, Texinfo, DocBook, XeTeX, word processors. */
export const ENGLISH = [
  ...["bash/bash.pdf", "bash/bashref.pdf", "zlib1g-dev/crc-doc.1.0.pdf.gz", "gnuplot/gnuplot.pdf"],
  ...["libtasn1-doc/libtasn1.pdf", "nettle-dev/nettle.pdf.gz", "gnutls-doc/gnutls.pdf", "gri/gri.pdf.gz"],
  ...["asymptote/asymptote.pdf", "xfig/xfig_ref_en.pdf", "python-reportlab-doc/reportlab-userguide.pdf"],
  ...["why3-doc-pdf/manual.pdf", "c++-annotations/cplusplus.pdf", "debian-policy/fhs/fhs-3.0.pdf.gz"],
  ...["debian-policy/policy.pdf.gz", "gmsh-doc/gmsh.pdf.gz", "r-doc-pdf/manual/R-intro.pdf"],
  ...["fontconfig/fontconfig-user.pdf.gz", `fonts-sil-charis/${SIL}/features.pdf.gz`],
  `fonts-sil-gentiumplus/${SIL}/history.pdf.gz`,
].map((file) => `${DOC}/${file}`);

/** Debian's reference in other languages, by ISO 639-1 code. */
export const OTHER_LANGUAGES = Object.fromEntries(
  ["de", "es", "fr", "it", "pt"].map((language) => [language, reference(language)]),
);

const OTHERS = [...Object.values(OTHER_LANGUAGES), ...["nl", "sv", "pl", "da", "ro"].map(card)];

/** 30 documents in 11 languages; the first ones are as mixed as all are. */
export const DOCUMENTS = OTHERS.flatMap((other, i) => [...ENGLISH.slice(2 * i, 2 * i + 2), other]);

/** A document as a PDF on this machine. @throws Error that says how to get it */
export function pathOf(file) {
  const path = join(sources, file);
  if (!existsSync(path))
    throw new Error(`missing ${path}: run \`make -C training venv data\`, which fetches Debian's packages`);
  return plainPdf(path);
}

/**
 * Pages of a document that are full of print, the first ones from each share of it on.
 * @param shares from 0 up to 1, ascending
 */
export async function fullPages(file, shares, least = FULL) {
  const all = await openPages(pathOf(file), { onWarning: () => {} });
  const found = [];
  for (const share of shares)
    for (let i = Math.floor(share * all.length); i < all.length; i++) {
      if (found.includes(all[i]) || (await all[i].words()).length < least) continue;
      found.push(all[i]);
      break;
    }
  return found;
}

/** The files and page numbers of a set of training/mini/sets.py, as `FILE#N,N`. */
export function pagesOfSet(name) {
  const python = join(work, "venv/bin/python");
  const say = `import json, sys; from mini.sets import REAL; print(json.dumps(REAL[sys.argv[1]]))`;
  const set = JSON.parse(
    execFileSync(python, ["-c", say, name], { cwd: join(root, "training"), encoding: "utf8" }),
  );
  return Object.entries(set).map(([file, numbers]) => `${pathOf(file)}#${numbers.join(",")}`);
}
