import type { PageWord, Rect } from "../../../core/index.js";
import { untilStopped } from "../../../engine/stop-signal.js";
import { type LineWord, lineWords } from "./line-words.js";
import { ocrModels } from "./ocr-models.js";
import { detectionInput, type Pixels, type TurnedBox, textBoxes } from "./text-detection.js";
import {
  cutLine,
  decode,
  LINE_HEIGHT,
  type LinePicture,
  recognitionInput,
  type SeenLine,
} from "./text-recognition.js";

/** Lines that go through the recognition together: an interrupt is heard between them. */
const BATCH = 8;
/** What is read with less is left out. */
const CONFIDENT = 0.5;
/** Distance of the middles of two lines of a block, in their heights, and how much these may differ. */
const [LEADING, SAME_HEIGHT] = [1.6, 1.5];

/**
 * Reads the words of a picture: level, slanted and upright lines. It takes seconds.
 * @throws PageError where the package with the models is missing; the signal's reason
 */
export async function readPicture(page: Pixels, signal: AbortSignal): Promise<PageWord[]> {
  const { detection, recognition, characters } = await untilStopped(ocrModels(), signal);
  const feed = detectionInput(page);
  const [, , high, wide] = feed.shape;
  const outputs = await untilStopped(
    detection.run({ [detection.inputs[0].name]: feed }, undefined, signal),
    signal,
  );
  const boxes = textBoxes(Object.values(outputs)[0].data, wide, high, page);
  const read = async (lines: LinePicture[]): Promise<SeenLine[]> => {
    const found: SeenLine[] = [];
    for (let i = 0; i < lines.length; i += BATCH) {
      const batch = lines.slice(i, i + BATCH);
      const feeds = { [recognition.inputs[0].name]: recognitionInput(batch) };
      const [output] = Object.values(await untilStopped(recognition.run(feeds, undefined, signal), signal));
      found.push(...batch.map((_, j) => decode(output, j, characters)));
    }
    return found;
  };
  // Lines of about one length waste nothing on filling up.
  const ways = boxes
    .flatMap((box) => readings(box).map((way) => ({ box, line: cutLine(page, way) })))
    .sort((a, b) => a.line.width - b.line.width);
  const seen = await read(ways.map(({ line }) => line));
  const kept = new Map<TurnedBox, ReadLine>();
  for (const [i, { box, line }] of ways.entries()) {
    const { confidence, characters } = seen[i];
    if (confidence < CONFIDENT || confidence <= (kept.get(box)?.confidence ?? 0)) continue;
    kept.set(box, { confidence, line, words: lineWords(line, characters) });
  }
  return numbered(
    [...kept.values()].filter(({ words }) => words.length > 0),
    page,
  );
}

interface ReadLine {
  confidence: number;
  line: LinePicture;
  words: LineWord[];
}

/** The ways that a line may be read: from left to right, and one that is higher than long upwards as well as downwards. */
function readings(box: TurnedBox): TurnedBox[] {
  const [cos, sin] = box.along;
  const isUpright = Math.abs(sin) > Math.abs(cos) ? box.length > box.height : box.height > 1.5 * box.length;
  if (!isUpright) return cos < 0 ? [turned(turned(box))] : [box];
  const down = Math.abs(sin) > Math.abs(cos) ? box : turned(box);
  return [down, turned(turned(down))];
}

/** The same rectangle, its line running a right angle further. */
function turned({ x, y, length, height, along: [cos, sin] }: TurnedBox): TurnedBox {
  return { x, y, length: height, height: length, along: [-sin, cos] };
}

/** Lines below each other are a block; blocks come from the top, and beside each other from the left. */
function numbered(lines: ReadLine[], page: Pixels): PageWord[] {
  const placed = lines.map((one) => ({ ...one, rect: rectOf(one.line, 0, one.line.width, page) }));
  placed.sort((a, b) => a.rect.y - b.rect.y || a.rect.x - b.rect.x);
  const blocks: (typeof placed)[] = [];
  for (const line of placed) {
    const above = blocks.find((block) => isNext(block.at(-1)!.rect, line.rect));
    if (above) above.push(line);
    else blocks.push([line]);
  }
  let number = -1;
  return blocks.flatMap((block, i) =>
    block.flatMap(({ line, words }) => {
      number++;
      return words.map(
        ({ text, from, to }): PageWord => ({
          text,
          rect: rectOf(line, from, to, page),
          line: number,
          block: i,
          source: "ocr",
        }),
      );
    }),
  );
}

function isNext(above: Rect, below: Rect): boolean {
  const height = Math.max(above.height, below.height);
  const overlap = Math.min(above.x + above.width, below.x + below.width) - Math.max(above.x, below.x);
  return (
    overlap > 0 &&
    height < SAME_HEIGHT * Math.min(above.height, below.height) &&
    below.y - above.y > 0.4 * height &&
    below.y - above.y < LEADING * height
  );
}

/** The upright rectangle round some columns of a line. */
function rectOf({ box, width }: LinePicture, from: number, to: number, page: Pixels): Rect {
  const [cos, sin] = box.along;
  const corners = [from, to].flatMap((column) =>
    [0, LINE_HEIGHT].map((row) => {
      const [a, b] = [(column / width - 0.5) * box.length, (row / LINE_HEIGHT - 0.5) * box.height];
      return [box.x + a * cos - b * sin, box.y + a * sin + b * cos];
    }),
  );
  const clip = (k: 0 | 1, most: number) => {
    const all = corners.map((corner) => corner[k]);
    return [Math.max(0, Math.min(...all)), Math.min(most, Math.max(...all))];
  };
  const [[left, right], [top, bottom]] = [clip(0, page.width), clip(1, page.height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}
