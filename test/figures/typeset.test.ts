import { figure, figureLayout, figurePlan, figureSetting, type SvgNode } from "../../core/index";
import { font } from "../../kernel/figures/fonts";
import { withMissingNote } from "../../kernel/figures/missing";
import { missing, typeset } from "../../kernel/figures/typeset";
import { lensData, lensState } from "../core/example";

const parts = (text: string) => typeset(text, 10, false).pieces.map((p) => [p.text, p.font]);

test("text that the figures' font has is one piece, as wide as its glyphs", () => {
  const line = typeset("Füße, Ωλ ñ", 10, true);
  expect(line.pieces).toEqual([{ text: "Füße, Ωλ ñ", font: "bold", x: 0, y: 0, size: 10 }]);
  expect(line.width).toBeCloseTo((font("bold").layout("Füße, Ωλ ñ").advanceWidth * 10) / 2048, 6);
});

test("Chinese, Japanese and Korean come from the fallback, in their places", () => {
  const line = typeset("ab 電力 かな 한국 c", 10, false);
  expect(line.pieces.map((p) => [p.text, p.font])).toEqual([
    ["ab ", "regular"],
    ["電力", "fallback"],
    [" ", "regular"],
    ["かな", "fallback"],
    [" ", "regular"],
    ["한국", "fallback"],
    [" c", "regular"],
  ]);
  const [first, second, third] = line.pieces;
  expect(second.x).toBeCloseTo(first.x + (font("regular").layout("ab ").advanceWidth * 10) / 2048, 6);
  expect(third.x - second.x).toBeCloseTo(20, 0);
});

test("right-to-left words stand in reading order from the right, numbers and Latin from the left", () => {
  // Read from the right: shalom, 12, olam. The brackets open towards their word.
  expect(parts("a שלום 12 (עולם) b")).toEqual(
    [
      ["a ", "regular"],
      [" (עולם)", "regular"],
      ["12", "regular"],
      ["שלום ", "regular"],
      [" b", "regular"],
    ].map(([text, name]) => [text.replace(/[()]/g, (c) => (c === "(" ? ")" : "(")), name]),
  );
  const { glyphs } = font("regular").layout("مرحبا");
  expect(glyphs.map((g) => g.codePoints[0])).toEqual(Array.from("ابحرم", (c) => c.codePointAt(0)));
});

test("a character that no font has is a box with its code; invisible ones stay invisible", () => {
  const { boxes, pieces, width } = typeset("ก", 10, false);
  expect(boxes).toHaveLength(1);
  expect(pieces.map((p) => p.text)).toEqual(["0E", "01"]);
  expect(pieces[0].y).toBeLessThan(pieces[1].y);
  expect(boxes[0].x + boxes[0].width).toBeLessThanOrEqual(width);
  expect(typeset("\u{1f9ff}", 10, false).pieces.map((p) => p.text)).toEqual(["01F", "9FF"]);
  expect(typeset("\u200d\ufe0f\u{e0041}", 10, false)).toMatchObject({ width: 0, boxes: [] });
  expect(missing("a電ก\u200dก")).toEqual(["ก", "ก"]);
});

test("no visible character of any script is left blank", () => {
  const blank: string[] = [];
  for (let code = 0x21; code < 0x20000; code += 7) {
    const char = String.fromCodePoint(code);
    if (/\p{C}|\p{Z}|\p{Default_Ignorable_Code_Point}/u.test(char) || /[\u2800\u1680\ufffc]/.test(char))
      continue;
    const { pieces, boxes } = typeset(char, 10, false);
    const drawn = pieces.some((p) =>
      font(p.font)
        .layout(p.text)
        .glyphs.some((g) => g.id !== 0 && g.path.toSVG()),
    );
    if (boxes.length === 0 && !drawn) blank.push(`U+${code.toString(16)}`);
  }
  expect(blank).toEqual([]);
});

test("a figure with boxes says so, below its caption; one without is as it was", () => {
  const data = lensData();
  const draw = () =>
    figure(figureLayout(figurePlan(lensState({}, data)), figureSetting()), [
      { page: "data:,", layers: ["data:,"] },
    ]);
  const plain = draw();
  expect(withMissingNote(plain)).toBe(plain);
  data.queries.q0.text = "ไทย 電力";
  const noted = withMissingNote(draw());
  const last = noted.root.children.at(-1) as SvgNode;
  expect(last.children[0]).toBe(
    "Boxes hold the codes of characters that the figure’s fonts lack: U+0E44, U+0E17, U+0E22.",
  );
  expect(Number(last.attributes.y)).toBeLessThan(noted.height);
  // One and a half of 7 points.
  expect(noted.height).toBeCloseTo(plain.height + 14, 6);
});
