import type { Execution } from "./execution.js";
import type { History } from "./history.js";
import type { Language } from "./language.js";
import type { Session } from "./session.js";

/** Answers the requests that are about code and history; running code is `Execution`'s part. */
export function answerRequests(
  session: Session,
  language: Language,
  history: History,
  execution: Execution,
): void {
  session.on("complete_request", ({ content }) => {
    const { code, at } = cursor(content);
    const { start, end, matches } = language.complete(code, at);
    return {
      status: "ok",
      matches: matches.map((m) => m.text),
      cursor_start: codePoints(code, start),
      cursor_end: codePoints(code, end),
      metadata: {
        _jupyter_types_experimental: matches.map(({ text, type, signature }) => ({ text, type, signature })),
      },
    };
  });
  session.on("inspect_request", ({ content }) => {
    const { code, at } = cursor(content);
    const text = language.inspect(code, at);
    return {
      status: "ok",
      found: text !== null,
      data: text === null ? {} : { "text/plain": text },
      metadata: {},
    };
  });
  session.on("is_complete_request", ({ content }) => ({
    ...language.isComplete(String(content.code ?? "")),
  }));
  session.on("history_request", ({ content }) => ({ status: "ok", history: history.select(content) }));
  session.on("connect_request", () => ({ status: "ok" }));
  session.on("interrupt_request", () => {
    execution.interrupt("soft");
    return { status: "ok" };
  });
}

/** Code and cursor of a request; the protocol counts Unicode code points, JavaScript UTF-16 units. */
function cursor(content: Record<string, unknown>): { code: string; at: number } {
  const { code, cursor_pos } = content;
  if (typeof code !== "string") throw new TypeError(`invalid code: ${typeof code}, expected a string`);
  const points = typeof cursor_pos === "number" ? cursor_pos : Number.POSITIVE_INFINITY;
  let at = 0;
  let passed = 0;
  for (const point of code) {
    if (passed++ >= points) break;
    at += point.length;
  }
  return { code, at };
}

function codePoints(code: string, offset: number): number {
  return Array.from(code.slice(0, offset)).length;
}
