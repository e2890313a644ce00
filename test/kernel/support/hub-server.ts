import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What went over the wire, and switches for what can go wrong. */
export interface HubServer {
  url: string;
  commit: string;
  /** `GET path` with the range, and whether a token came along; in order. */
  log: string[];
  /** Cuts the next download of this file after so many bytes, once; `always` every time, before any byte. */
  cut: { file: string; after: number; always?: boolean } | null;
  /** Sends more than the file has, without saying how much. */
  endless: string | null;
  /** Answers this file with a status. */
  refuse: { file: string; status: number } | null;
  /** Sends the questions about the repository on to the second server. */
  moved: boolean;
  /** Sends other bytes than were promised for this file. */
  spoil: string | null;
  /** Answers for the whole repository. */
  status: number;
  close(): Promise<void>;
}

/**
 * A model hub on this machine with one repository, "team/model", made of a folder. Large files are redirected to a second
 * server, as the real hub does to its storage.
 */
export async function startHub(folder: string, commit: string): Promise<HubServer> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((n) =>
    /\.(onnx|json|data)$/.test(n),
  );
  const content = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  const hub = {} as HubServer;

  const note = (request: IncomingMessage, where: string) => {
    const range = request.headers.range ? ` ${request.headers.range}` : "";
    hub.log.push(
      `${where} ${request.url!.split("?")[0]}${range}${request.headers.authorization ? " token" : ""}`,
    );
  };

  function send(request: IncomingMessage, response: ServerResponse, file: string) {
    let bytes = content.get(file)!;
    if (hub.spoil === file) bytes = Buffer.from(bytes.map((b) => b ^ 1));
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = bytes.subarray(from);
    if (hub.refuse?.file === file) {
      response.statusCode = hub.refuse.status;
      return response.end();
    }
    if (hub.endless === file) {
      response.writeHead(from > 0 ? 206 : 200);
      response.write(rest);
      const more = setInterval(() => response.write(Buffer.alloc(1 << 16)), 5);
      return response.on("close", () => clearInterval(more));
    }
    response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length });
    if (hub.cut?.file === file) {
      const { after, always } = hub.cut;
      if (!always) hub.cut = null;
      response.write(rest.subarray(0, after), () => setTimeout(() => response.destroy(), 20));
    } else response.end(rest);
  }

  const storage = await listen((request, response) => {
    note(request, "storage");
    if (request.url!.startsWith("/api/")) return answer(request, response);
    send(request, response, decodeURIComponent(request.url!.slice(1)));
  });
  const front = await listen((request, response) => {
    note(request, "hub");
    if (!hub.moved || !request.url!.startsWith("/api/")) return answer(request, response);
    response.writeHead(307, { location: `http://localhost:${port(storage)}${request.url}` });
    response.end();
  });

  function answer(request: IncomingMessage, response: ServerResponse) {
    const path = request.url!.split("?")[0];
    const json = (value: unknown) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(value));
    };
    if (hub.status !== 200 || !path.includes("team/model")) {
      response.statusCode = hub.status === 200 ? 404 : hub.status;
      return json({ error: "Repository not found" });
    }
    if (path.startsWith("/api/models/team/model/revision/"))
      return json({ _id: "1", id: "team/model", sha: commit });
    if (path.startsWith("/api/models/team/model/tree/"))
      return json([...content].map(([name, bytes]) => entry(name, bytes)));
    const file = decodeURIComponent(path.slice(`/team/model/resolve/${commit}/`.length));
    if (!content.has(file)) {
      response.statusCode = 404;
      return response.end();
    }
    if (!isLarge(file)) return send(request, response, file);
    response.writeHead(302, { location: `http://localhost:${port(storage)}/${encodeURIComponent(file)}` });
    response.end();
  }

  return Object.assign(hub, {
    url: `http://127.0.0.1:${port(front)}`,
    commit,
    log: [],
    cut: null,
    endless: null,
    refuse: null,
    moved: false,
    spoil: null,
    status: 200,
    close: async () => {
      for (const server of [storage, front]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  });
}

const isLarge = (name: string): boolean => !name.endsWith(".json");

function entry(path: string, bytes: Buffer) {
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const lfs = { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 130 };
  return { type: "file", path, size: bytes.length, oid, ...(isLarge(path) ? { lfs } : {}) };
}

const port = (server: Server): number => (server.address() as AddressInfo).port;

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
}
