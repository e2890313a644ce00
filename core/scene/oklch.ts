/** Bytes of an sRGB colour: red, green, blue. */
export type Rgb = [number, number, number];

/**
 * An OKLCH colour (Ottosson, "A perceptual color space for image processing", 2020) as sRGB. Where the screen has no such
 * colour it is the one with the most chroma that it has, of the same lightness and hue.
 * @param lightness 0 to 1
 * @param hue in degrees
 */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  let [inside, outside] = [0, chroma];
  if (isInGamut(linear(lightness, chroma, hue))) inside = chroma;
  while (outside - inside > 1e-4) {
    const middle = (inside + outside) / 2;
    if (isInGamut(linear(lightness, middle, hue))) inside = middle;
    else outside = middle;
  }
  return linear(lightness, inside, hue).map(encoded) as Rgb;
}

/** Lightness (0 to 1), chroma, and hue in degrees, of an sRGB colour. */
export function toOklch(colour: ArrayLike<number>): { lightness: number; chroma: number; hue: number } {
  const [r, g, b] = [0, 1, 2].map((k) => decoded(colour[k]));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  return { lightness, chroma: Math.hypot(x, y), hue: (Math.atan2(y, x) * 180) / Math.PI };
}

/** Relative luminance of an sRGB colour as WCAG defines it, 0 to 1. */
export function luminance(colour: ArrayLike<number>): number {
  return 0.2126 * decoded(colour[0]) + 0.7152 * decoded(colour[1]) + 0.0722 * decoded(colour[2]);
}

function linear(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** White itself is a little outside. */
function isInGamut(colour: Rgb): boolean {
  return colour.every((part) => part >= -0.0005 && part <= 1.0005);
}

function encoded(part: number): number {
  const inside = Math.min(1, Math.max(0, part));
  return Math.round(255 * (inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055));
}

function decoded(byte: number): number {
  return byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
}
