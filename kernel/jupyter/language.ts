/** What a language gives to a kernel. Positions are UTF-16 offsets into the code. */
export interface Language {
  /** Runs one cell. Never rejects: a failing cell is an outcome. */
  execute(code: string, cell: Cell): Promise<Outcome>;
  /** Ends the cell that is running; after a hard interrupt its JavaScript stack is already gone. */
  interrupt(how: "soft" | "hard"): void;
  /** An error as its author should read it. */
  explain(error: unknown): CellError;
  complete(code: string, position: number): Completion;
  inspect(code: string, position: number): string | null;
  isComplete(code: string): Completeness;
}

export interface Cell {
  /** Number shown beside the cell. */
  number: number;
}

export type Outcome = { status: "ok"; value: unknown } | ({ status: "error" } & CellError);

export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** What a cell that was interrupted ends with. */
export const INTERRUPTED: CellError = {
  ename: "KeyboardInterrupt",
  evalue: "the cell was interrupted",
  traceback: ["KeyboardInterrupt: the cell was interrupted; variables are kept"],
};

export interface Completion {
  start: number;
  end: number;
  matches: { text: string; type: string; signature?: string }[];
}

export type Completeness =
  | { status: "complete" | "invalid" | "unknown" }
  | { status: "incomplete"; indent: string };
