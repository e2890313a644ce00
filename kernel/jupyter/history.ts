interface Entry {
  line: number;
  input: string;
  output: string | null;
}

export interface HistoryRequest {
  hist_access_type?: unknown;
  output?: unknown;
  n?: unknown;
  start?: unknown;
  stop?: unknown;
  pattern?: unknown;
  unique?: unknown;
}

type HistoryLine = [session: number, line: number, input: string | [string, string | null]];

const SESSION = 1;

/** What ran in this kernel, as the `history_request` message asks for it. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string): void {
    this.entries.push({ line, input, output: null });
  }

  setOutput(line: number, output: string): void {
    const entry = this.entries.at(-1);
    if (entry?.line === line) entry.output = output;
  }

  select(request: HistoryRequest): HistoryLine[] {
    const chosen = this.choose(request);
    return chosen.map(({ line, input, output }) => [SESSION, line, request.output ? [input, output] : input]);
  }

  private choose({ hist_access_type, n, start, stop, pattern, unique }: HistoryRequest): Entry[] {
    if (hist_access_type === "range") {
      const from = typeof start === "number" ? start : 1;
      const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
      return this.entries.filter(({ line }) => line >= from && line < to);
    }
    let found = this.entries;
    if (hist_access_type === "search") {
      const glob = globToRegExp(typeof pattern === "string" ? pattern : "*");
      found = found.filter(({ input }) => glob.test(input));
      if (unique) found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
    }
    return typeof n === "number" ? found.slice(Math.max(0, found.length - n)) : found;
  }
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s");
}
