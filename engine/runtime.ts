import type { MultiVector } from "../core/index.js";

/** Execution providers, by onnxruntime's names. */
export type Provider = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

/** A tensor as families hand it over: plain data with a shape. */
export interface Feed {
  type: "float32" | "int64";
  data: Float32Array | BigInt64Array;
  shape: number[];
}

export interface FloatTensor {
  data: Float32Array;
  shape: number[];
}

export interface ValueInfo {
  name: string;
  type: string;
  /** Free dimensions by name. */
  shape: (number | string)[];
}

/** One loaded graph on one execution provider. */
export interface Graph {
  readonly name: string;
  readonly provider: Provider;
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  /**
   * Runs the graph on exactly its inputs and returns the outputs asked for as float32.
   * @param signal keeps the run from starting; the runtime cannot be stopped within one
   * @throws ProviderError naming the graph and the shapes given; the signal's reason
   */
  run(
    feeds: Record<string, Feed>,
    outputs?: string[],
    signal?: AbortSignal,
  ): Promise<Record<string, FloatTensor>>;
  dispose(): Promise<void>;
}

/** Keeps page embeddings by content: a page that a model has seen once is never embedded again. */
export interface EmbeddingCache {
  /**
   * Returns what is kept under the key, or makes it once, also when asked twice at the same time.
   * @param make looks at the signal that it is given: it belongs to all who wait
   * @throws the signal's reason
   */
  get(
    key: string,
    make: (stop: AbortSignal) => Promise<MultiVector>,
    signal?: AbortSignal,
  ): Promise<MultiVector>;
}

/** What a model needs of the place that it runs in: Node with onnxruntime-node, or a browser. */
export interface Runtime {
  /**
   * @param bytes a graph that was built here (a ModelProto)
   * @param threads on the CPU; all cores when left out
   */
  openGraph(bytes: Uint8Array, provider: Provider, threads?: number): Promise<Graph>;
  /** Hexadecimal digest of a text as UTF-8. */
  sha256(text: string): string;
  /** Versions of everything that numbers may depend on, by name. */
  readonly versions: Readonly<Record<string, string>>;
}
