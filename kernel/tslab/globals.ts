import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import ts = require("typescript");

const NAMESPACE = "declare namespace WebAssembly {";

/**
 * Declares the globals of Node that its types leave to those of browsers, which as a whole would bring a thousand names
 * that Node lacks.
 */
export function globalDeclarations(): string {
  const dom = readFileSync(join(dirname(ts.getDefaultLibFilePath({})), "lib.dom.d.ts"), "utf8");
  const start = dom.indexOf(NAMESPACE) + NAMESPACE.length;
  return `${NAMESPACE}
    type BufferSource = ArrayBufferView | ArrayBuffer;
${dom.slice(start, dom.indexOf("\n}\n", start))}
}
declare var Performance: typeof globalThis extends { onmessage: any; Performance: infer T }
    ? T
    : { prototype: typeof performance; new (): typeof performance };
`;
}
