import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { init, type WrappedPdfiumModule } from "@embedpdf/pdfium";
import { manifest } from "../package.js";

/** PDFium's C interface, as WebAssembly: objects are numbers, memory is asked for and freed. */
export type Pdfium = WrappedPdfiumModule & { pdfium: { readonly HEAPU8: Uint8Array<ArrayBuffer> } };

export const PDFIUM = `pdfium (@embedpdf/pdfium ${manifest.dependencies["@embedpdf/pdfium"]})`;

let loaded: Promise<Pdfium> | undefined;

/** The one PDFium of this process. */
export function pdfium(): Promise<Pdfium> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Pdfium> {
  const file = readFileSync(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm"));
  const wasmBinary = new Uint8Array(file).buffer;
  const module = (await init({ wasmBinary } as Parameters<typeof init>[0])) as Pdfium;
  module.PDFiumExt_Init();
  return module;
}

/** @returns address of a copy of `bytes`; whoever asks frees it */
export function copyIn(module: Pdfium, bytes: Uint8Array): number {
  const address = allocate(module, bytes.length);
  module.pdfium.HEAPU8.set(bytes, address);
  return address;
}

/** @returns address of `size` bytes; whoever asks frees it */
export function allocate({ pdfium }: Pdfium, size: number): number {
  const address = pdfium.wasmExports.malloc(size);
  if (address === 0) throw new Error(`out of memory: PDFium asked for ${size} bytes`);
  return address;
}

/** Lends `size` bytes to `use`. */
export function withMemory<T>(module: Pdfium, size: number, use: (address: number) => T): T {
  const address = allocate(module, size);
  try {
    return use(address);
  } finally {
    module.pdfium.wasmExports.free(address);
  }
}

/** @returns a view of PDFium's memory; good until PDFium is called again */
export function memory({ pdfium }: Pdfium, address: number, size: number): DataView {
  return new DataView(pdfium.HEAPU8.buffer, address, size);
}

/** Numbers that PDFium writes to one address. */
export function floats(module: Pdfium, count: number, fill: (at: number) => unknown): number[] {
  return withMemory(module, count * 4, (at) => {
    module.pdfium.HEAPU8.fill(0, at, at + count * 4);
    fill(at);
    const view = memory(module, at, count * 4);
    return Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
  });
}

/** Numbers that PDFium writes to an address each. */
export function doubles(module: Pdfium, count: number, fill: (...at: number[]) => unknown): number[] {
  return withMemory(module, count * 8, (at) => {
    module.pdfium.HEAPU8.fill(0, at, at + count * 8);
    fill(...Array.from({ length: count }, (_, i) => at + i * 8));
    const view = memory(module, at, count * 8);
    return Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true));
  });
}
