import ts = require("typescript");

/** A position in a cell, from 0. */
interface Position {
  line: number;
  character: number;
}

export interface Diagnostic {
  start: Position;
  end: Position;
  messageText: string;
  code: number;
  fileName?: string;
}

/** A place behind the code stands for its end. */
export function readable(diagnostic: ts.Diagnostic, code: string): Diagnostic {
  const { file, start = 0, length = 0, messageText, code: number } = diagnostic;
  const at = (offset: number) => ts.getLineAndCharacterOfPosition(file!, Math.min(offset, code.length));
  return {
    start: at(start),
    end: at(start + length),
    messageText: ts.flattenDiagnosticMessageText(messageText, "\n"),
    code: number,
  };
}

/** What is wrong whatever the cell says. */
/** What is wrong whatever the cell says. */
export function wholeCell({ messageText, code }: ts.Diagnostic): Diagnostic {
  const start = { line: 0, character: 0 };
  const text = ts.flattenDiagnosticMessageText(messageText, " ");
  return { start, end: start, messageText: `invalid tsconfig.json: ${text}`, code };
}
