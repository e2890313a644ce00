/** Width of one value of a TIFF sample, by its format. */
export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface SampleTiff {
  width: number;
  height: number;
  samples: Samples;
  /** Channels of a pixel. */
  channels?: number;
  /** 0 min-is-white, 1 min-is-black, 2 RGB. */
  photometric?: number;
  /** 1: none. Any other only says so: the data stay as they are. */
  compression?: number;
  bits?: number;
  resolution?: { x: number; y: number; unit: 1 | 2 | 3 };
}

const [UNSIGNED, SIGNED, FLOAT] = [1, 2, 3];

/** Writes an uncompressed little-endian TIFF of one strip. */
export function sampleTiff(of: SampleTiff): Uint8Array {
  const { samples, channels = 1, resolution } = of;
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const format = /^Float/.test(samples.constructor.name)
    ? FLOAT
    : /^Int/.test(samples.constructor.name)
      ? SIGNED
      : UNSIGNED;
  const bits = of.bits ?? samples.BYTES_PER_ELEMENT * 8;
  const [SHORT, LONG, RATIONAL] = [3, 4, 5];
  const start = 8 + data.length + (data.length % 2);
  const shared = { bits: start, x: start + 8, y: start + 16 };
  const extra = Buffer.alloc(24);
  for (let c = 0; c < Math.min(4, channels); c++) extra.writeUInt16LE(bits, c * 2);
  const rational = (value: number, at: number) => {
    extra.writeUInt32LE(Math.round(value * 1000), at);
    extra.writeUInt32LE(1000, at + 4);
  };
  rational(resolution?.x ?? 1, 8);
  rational(resolution?.y ?? 1, 16);
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, of.width],
    [257, LONG, 1, of.height],
    [258, SHORT, channels, channels > 2 ? shared.bits : bits | (channels === 2 ? bits << 16 : 0)],
    [259, SHORT, 1, of.compression ?? 1],
    [262, SHORT, 1, of.photometric ?? (channels > 2 ? 2 : 1)],
    [273, LONG, 1, 8],
    [277, SHORT, 1, channels],
    [278, LONG, 1, of.height],
    [279, LONG, 1, data.length],
  ];
  if (resolution)
    entries.push(
      [282, RATIONAL, 1, shared.x],
      [283, RATIONAL, 1, shared.y],
      [296, SHORT, 1, resolution.unit],
    );
  entries.push([339, SHORT, 1, format]);
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, count, value], i) => {
    directory.writeUInt16LE(tag, 2 + i * 12);
    directory.writeUInt16LE(type, 4 + i * 12);
    directory.writeUInt32LE(count, 6 + i * 12);
    directory.writeUInt32LE(value >>> 0, 10 + i * 12);
  });
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(start + extra.length, 4);
  return new Uint8Array(Buffer.concat([head, data, Buffer.alloc(data.length % 2), extra, directory]));
}
