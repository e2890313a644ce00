import sharp from "sharp";

/** Relative luminance of an sRGB colour as WCAG 2 defines it. */
function luminance(colour) {
  const [r, g, b] = colour.map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours as WCAG 2 defines it, 1 to 21. */
export function contrast(one, two) {
  const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** Reads pixels of the page on the screen by their places as fractions of an element. */
export async function pixelsOf(locator) {
  const { data, info } = await sharp(await locator.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at(x, y) {
      const i = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
      return Array.from(data.subarray(i, i + 3));
    },
  };
}
