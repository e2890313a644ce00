import { PageError } from "./error.js";

const TIMEOUT_MS = 120_000;

/** Downloads a document into memory. @throws PageError that names the address; what `signal` was aborted with */
export async function download(
  url: string,
  signal?: AbortSignal,
  maxBytes = 512 * 2 ** 20,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout;
  let received = 0;
  try {
    const response = await fetch(url, { signal: stop });
    if (!response.ok)
      throw new PageError(
        `cannot download ${url}: the server answered ${response.status} ${response.statusText}`.trim(),
      );
    const chunks: Uint8Array[] = [];
    // Some servers do not say how much they send.
    checkLength(url, Number(response.headers.get("content-length") ?? 0), maxBytes);
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      checkLength(url, received, maxBytes);
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PageError) throw error;
    throw new PageError(
      `cannot download ${url}: ${reason(error, received)}, check the address and the network`,
      {
        cause: error,
      },
    );
  }
}

function checkLength(url: string, length: number, max: number): void {
  if (length > max)
    throw new PageError(
      `invalid document ${url}: larger than ${Math.round(max / 2 ** 20)} MB, download it and open the file`,
    );
}

function reason(error: unknown, received: number): string {
  if ((error as Error).name === "TimeoutError") return `not complete after ${TIMEOUT_MS / 1000} s`;
  const { message } = (error as { cause?: Error }).cause ?? (error as Error);
  return received > 0 ? `cut off after ${received} bytes (${message})` : message;
}
