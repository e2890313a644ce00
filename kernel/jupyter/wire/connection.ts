import { readFileSync } from "node:fs";

/** What a Jupyter server writes into a connection file. */
export interface Connection {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
}

export type Channel = "shell" | "control" | "iopub" | "stdin";

export function readConnection(file: string): Connection {
  let read: Connection;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`invalid connection file: ${file}, ${(error as Error).message}`);
  }
  for (const port of ["shell_port", "control_port", "iopub_port", "stdin_port", "hb_port"] as const) {
    if (!Number.isInteger(read?.[port])) {
      throw new Error(`invalid connection file: ${file}, expected a number for ${port}`);
    }
  }
  return { ...read, key: read.key ?? "", signature_scheme: read.signature_scheme || "hmac-sha256" };
}

/** Address of one channel; ZeroMQ's ipc transport appends the port with a dash. */
export function address(connection: Connection, port: number): string {
  const separator = connection.transport === "ipc" ? "-" : ":";
  return `${connection.transport}://${connection.ip}${separator}${port}`;
}
