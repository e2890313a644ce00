/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { inkIn, type Rendered, renderFirst } from "./support/pages";
import { hex, onePage, stream, toUnicode } from "./support/raw-pdf";

const quiet = { dpi: 144, onWarning: () => {} };
const open = (pdf: Uint8Array) => renderFirst(pdf, quiet);

/** A font with an encoding of its own, from A on. */
const simple = (name: string, subtype: string, glyphs: string, more = "") =>
  `<< /Type /Font /Subtype /${subtype} /BaseFont /${name} /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [65 ${glyphs
    .split(" ")
    .map((glyph) => `/${glyph}`)
    .join(" ")}] >> ${more} >>`;
const descriptor = (name: string, flags: number) =>
  `/FontDescriptor << /Type /FontDescriptor /FontName /${name} /Flags ${flags} /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 /FontBBox [-600 -300 2000 1000] >>`;
const composite = (name: string, ordering: string, encoding: string, more = "") =>
  `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /${encoding} ${more} /DescendantFonts [<< /Type /Font /Subtype /CIDFontType${ordering === "Identity" ? 2 : 0} /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /DW 1000 ${descriptor(name, 4)} >>] >>`;

/** Each code stands in a tenth of the page of its own. */
const spread = (codes: string[], before = "") =>
  `BT ${before} /F1 18 Tf ${codes.map((code, i) => `1 0 0 1 ${5 + 30 * i} 40 Tm <${code}> Tj`).join(" ")} ET`;
const letters = (count: number) => Array.from({ length: count }, (_, i) => (65 + i).toString(16));
/** Which tenths have ink. */
const drawn = (page: Rendered, count: number) =>
  Array.from({ length: count }, (_, i) => inkIn(page, i / 10, (i + 1) / 10) > 8);
const sorted = (chars: string) => chars.split(" ").sort().join(" ");
const all = (count: number) => Array(count).fill(true);

const GLYPHS: [language: string, font: string, subtype: string, glyphs: string, chars: string][] = [
  ["Turkish", "ArialMT", "TrueType", "gbreve scedilla dotlessi Idotaccent odieresis Gbreve", "ğ ş İ Ğ"],
  ["Czech", "ArialMT", "TrueType", "ccaron ecaron rcaron scaron zcaron uring dcaron", "č ě ř ů ď"],
  ["Polish", "Helvetica", "Type1", "aogonek cacute eogonek lslash nacute oacute zdotaccent", "ą ć ę ń ż"],
  ["Hungarian", "Times-BoldItalic", "Type1", "ohungarumlaut uhungarumlaut Ohungarumlaut", "ő ű Ő"],
  ["Romanian", "CourierNewPSMT", "TrueType", "abreve Abreve tcommaaccent", "ă Ă ţ"],
  ["Greek", "Garamond-Bold", "Type1", "alpha beta Sigma omega alphatonos", "α β Σ ω ά"],
  ["Cyrillic", "Helvetica-Bold", "Type1", "afii10017 afii10018 uni0416 afii10097 uni0444", "А Б Ж я ф"],
  ["Vietnamese", "TimesNewRomanPSMT", "TrueType", "uni1EEF uni1EA1 ohorn dcroat", "ữ ạ ơ đ"],
  ["Hebrew", "Arial-BoldMT", "TrueType", "afii57664 afii57665 uni05E9", "א ב ש"],
];

describe("what a PDF's fonts would draw, when they are not in the PDF", () => {
  test.each(GLYPHS)("%s in %s (%s)", async (_, font, subtype, glyphs, chars) => {
    const count = glyphs.split(" ").length;
    const page = await open(
      onePage({ content: spread(letters(count)), fonts: [simple(font, subtype, glyphs)] }),
    );
    expect(drawn(page, count)).toEqual(all(count));
    const face = /Bold/.test(font) ? "DejaVu Sans Bold" : "DejaVu Sans";
    expect(page.warnings).toEqual([
      `the font ${font} is not embedded in the PDF; drawn in ${face} instead: ${sorted(chars)}`,
    ]);
  });

  test.each([
    ["Chinese, simplified", "STSong-Light", "GB1", "UniGB-UCS2-H", "6e2f 53e3 7535 6c60", "港 口 电 池"],
    ["Chinese, GBK", "STSong-Light", "GB1", "GBK-EUC-H", "b8db bfda", "港 口"],
    ["Chinese, traditional", "MSung-Light", "CNS1", "UniCNS-UCS2-H", "570b 96fb", "國 電"],
    ["Japanese", "HeiseiKakuGo-W5", "Japan1", "90ms-RKSJ-H", "938c 8b9e 82a0", "東 京 あ"],
    ["Japanese, by glyph", "HeiseiMin-W3", "Japan1", "Identity-H", "0d21 0d22", "萩 伯"],
    ["Korean", "HYSMyeongJo-Medium", "Korea1", "UniKS-UCS2-H", "d55c ae00", "한 글"],
  ])("%s in %s (%s, %s)", async (_, font, ordering, encoding, codes, chars) => {
    const list = codes.split(" ");
    const page = await open(onePage({ content: spread(list), fonts: [composite(font, ordering, encoding)] }));
    expect(drawn(page, list.length)).toEqual(all(list.length));
    expect(page.warnings).toEqual([
      `the font ${font} is not embedded in the PDF; drawn in Droid Sans Fallback instead: ${sorted(chars)}`,
    ]);
  });

  test("by a table of Unicode values, and what no font has is named", async () => {
    const text = "Aữعก中";
    const codes = Array.from(text, (_, i) => hex(i + 1));
    const fonts = [composite("ArialMT", "Identity", "Identity-H", "/ToUnicode 6 0 R"), toUnicode(text)];
    const page = await open(onePage({ content: spread(codes), fonts }));
    expect(drawn(page, 5)).toEqual([true, true, true, false, true]);
    expect(page.warnings).toEqual([
      "the font ArialMT is not embedded in the PDF; drawn in DejaVu Sans instead: ع ữ",
      "the font ArialMT is not embedded in the PDF; left blank, since no font of this package has them: ก",
      "the font ArialMT is not embedded in the PDF; drawn in Droid Sans Fallback instead: 中",
    ]);
  });

  test("the name of a font is shown without its subset's tag and what would steer a terminal", async () => {
    const font = simple("ABCDEF+Odd#1b#5b31mFont", "Type1", "gbreve");
    expect((await open(onePage({ content: spread(letters(1)), fonts: [font] }))).warnings).toEqual([
      "the font Odd\ufffd[31mFont is not embedded in the PDF; drawn in DejaVu Sans instead: ğ",
    ]);
  });

  test("codes without a meaning, and pictures of Wingdings, are said to be", async () => {
    const unknown = await open(
      onePage({ content: spread(["0024", "0025"]), fonts: [composite("ArialMT", "Identity", "Identity-H")] }),
    );
    expect(unknown.warnings).toEqual([
      "the font ArialMT is not embedded in the PDF, nor what 2 of its characters mean: they may be missing or wrong",
    ]);
    const font = `<< /Type /Font /Subtype /TrueType /BaseFont /Wingdings-Regular ${descriptor("Wingdings-Regular", 4)} >>`;
    const pictures = await open(onePage({ content: spread(["41"]), fonts: [font] }));
    expect(pictures.warnings).toEqual([
      "the font Wingdings-Regular is not embedded in the PDF; letters stand in place of its pictures",
    ]);
  });
});

describe("how", () => {
  const polish = (content: string, more: Partial<Parameters<typeof onePage>[0]> = {}) =>
    open(onePage({ content, fonts: [simple("Helvetica", "Type1", "aogonek odieresis")], ...more }));

  test("in the colour, at the place and in the order of the text", async () => {
    const red = await polish(spread(["41"], "0.8 0 0 rg"));
    const colours = new Set<string>();
    for (let i = 0; i < red.pixels.length; i += 3)
      if (red.pixels[i + 1] < 1) colours.add(red.pixels.subarray(i, i + 3).join());
    expect(colours).toEqual(new Set(["204,0,0"]));
    const turned = await polish("BT /F1 18 Tf 0 1 -1 0 150 50 Tm <41> Tj ET");
    expect(inkIn(turned, 0.4, 0.5, 0.35, 0.5)).toBeGreaterThan(50);
    expect(inkIn(turned, 0, 1)).toBe(inkIn(turned, 0.4, 0.53, 0.35, 0.51));
    // Painted over by a white rectangle, as the rest of the text is.
    const covered = await polish(`${spread(["41", "42"])} 1 g 0 0 300 100 re f`);
    expect(inkIn(covered, 0, 1)).toBe(0);
  });

  test("inside of a form; not where the text is invisible, as under a scan", async () => {
    const inner = stream(
      spread(["41"]),
      "/Type /XObject /Subtype /Form /BBox [0 0 300 100] /Matrix [1 0 0 1 30 0] /Resources << /Font << /F1 5 0 R >> >>",
    );
    const form = await polish("/X Do", { objects: [inner], resources: "/XObject << /X 6 0 R >>" });
    expect([inkIn(form, 0, 0.1), inkIn(form, 0.1, 0.2) > 8]).toEqual([0, true]);
    const hidden = await polish(spread(["41"], "3 Tr"));
    expect([inkIn(hidden, 0, 1), hidden.warnings]).toEqual([0, []]);
  });

  test("what PDFium draws stays as it draws it, to the pixel", async () => {
    const [both, one] = [await polish(spread(["41", "42"])), await polish(spread(["20", "42"]))];
    const right = (page: Rendered) =>
      Array.from({ length: page.height }, (_, y) =>
        page.pixels.subarray((y * page.width + page.width / 10) * 3, (y + 1) * page.width * 3).join(),
      );
    expect(right(both)).toEqual(right(one));
    expect(one.warnings).toEqual([]);
    const ligature = [
      composite("ArialMT", "Identity", "Identity-H", "/ToUnicode 6 0 R"),
      toUnicode("A")
        .replace("<0001> <0041>", "<0001> <00660069>")
        .replace(/\/Length \d+/, "/Length 999"),
    ];
    expect((await open(onePage({ content: spread(["0001"]), fonts: ligature }))).warnings).toEqual([]);
  });

  test("the standard 14 fonts are those of PDFium, as ever", async () => {
    const names =
      "Courier Courier-Bold Courier-BoldOblique Courier-Oblique Helvetica Helvetica-Bold Helvetica-BoldOblique Helvetica-Oblique Times-Roman Times-Bold Times-BoldItalic Times-Italic Symbol ZapfDingbats".split(
        " ",
      );
    const fonts = names.map((name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} >>`);
    const lines = names.map(
      (_, i) => `/F${i + 1} 7 Tf 1 0 0 1 5 ${92 - 6.5 * i} Tm (Battery, 1.5 kWh; fi) Tj`,
    );
    const page = await open(onePage({ content: `BT ${lines.join(" ")} ET`, fonts }));
    expect(page.sha256).toBe("e4fe6bd053b7c85512c84cbabda475858a0ac32464278b5eebd3cba70a1cf9c2");
    expect(page.warnings).toEqual([]);
  });
});
