import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Version of the Jupyter messaging protocol that the kernel speaks. */
export const PROTOCOL_VERSION = "5.4";

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

/** A message on its way over a socket: identities, the four JSON parts (header, parent, metadata, content), raw buffers. */
export interface Frames {
  identities: Uint8Array[];
  parts: string[];
  buffers: Uint8Array[];
}

/** A message that cannot be trusted or read. It is dropped, never answered. */
export class WireError extends Error {}

const DELIMITER = "<IDS|MSG>";
const REMEMBERED_SIGNATURES = 65536;

/** Reads and writes multipart messages; an empty key switches signing off, as the protocol says. */
export class Codec {
  private readonly seen = new Set<string>();

  constructor(
    private readonly key: string,
    private readonly scheme: string = "hmac-sha256",
  ) {
    if (key && !/^hmac-[a-z0-9-]+$/.test(scheme)) {
      throw new WireError(`invalid signature_scheme: ${scheme}, expected hmac-HASH, for example hmac-sha256`);
    }
  }

  pack({ identities, parts, buffers }: Frames): (string | Uint8Array)[] {
    return [...identities, DELIMITER, this.sign(parts), ...parts, ...buffers];
  }

  /** Throws WireError unless the message is complete, rightly signed and not a repetition. */
  unpack(raw: readonly Uint8Array[]): Frames {
    const at = raw.findIndex((frame) => frame.length === DELIMITER.length && text(frame) === DELIMITER);
    if (at < 0) throw new WireError("invalid message: no <IDS|MSG> delimiter");
    if (raw.length < at + 6) {
      throw new WireError(`invalid message: ${raw.length - at - 1} parts, expected at least 5`);
    }
    const signature = text(raw[at + 1]);
    const parts = raw.slice(at + 2, at + 6);
    if (this.key) this.check(signature, parts);
    return { identities: raw.slice(0, at), parts: parts.map(text), buffers: raw.slice(at + 6) };
  }

  /** The signature covers the four JSON parts only, never the buffers. */
  private sign(parts: readonly (string | Uint8Array)[]): string {
    if (!this.key) return "";
    const hmac = createHmac(this.scheme.slice("hmac-".length), this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  private check(signature: string, parts: readonly Uint8Array[]): void {
    const expected = Buffer.from(this.sign(parts));
    const received = Buffer.from(signature);
    if (expected.length !== received.length || !timingSafeEqual(expected, received)) {
      throw new WireError("invalid signature: the message was not signed with this kernel's key");
    }
    if (this.seen.has(signature)) throw new WireError("invalid message: it was received before");
    this.seen.add(signature);
    if (this.seen.size > REMEMBERED_SIGNATURES) this.seen.delete(this.seen.values().next().value as string);
  }
}

export function newHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    session,
    username: "kernel",
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
}

/** JSON text without lone surrogates, which a Python front end could not encode as UTF-8. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(json)) return json;
  return JSON.stringify(value, (_key, item) => (typeof item === "string" ? wellFormed(item) : item));
}

/** Checks what every reader of a header relies on: its fields are strings. */
export function readHeader(json: string): Header {
  const header = JSON.parse(json);
  for (const field of ["msg_id", "msg_type", "session"] as const) {
    if (typeof header?.[field] !== "string") throw new WireError(`invalid header: ${field} is not a string`);
  }
  return header;
}

function wellFormed(value: string): string {
  return value.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) =>
    found.length === 2 ? found : "\ufffd",
  );
}

function text(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString("utf8");
}
