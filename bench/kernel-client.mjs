/** A kernel process and the sockets of one client, as the bench needs them: requests in order, times in milliseconds. */
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";

/**
 * @param {{argv: string[], cwd: string}} kernel `{connection_file}` in `argv` is replaced
 * @returns how long the first `kernel_info_reply` took, and what to ask next
 * @throws Error when the kernel ends before it answers, with what it said; so does every later question
 */
export async function startKernel({ argv, cwd }) {
  const key = randomUUID();
  const session = randomUUID();
  const ports = await freePorts(5);
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = ports;
  const file = join(cwd, `kernel-${shell_port}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      kernel_name: "",
      ...{ shell_port, control_port, iopub_port, stdin_port, hb_port },
    }),
  );
  const began = performance.now();
  const [command, ...args] = argv.map((part) => (part === "{connection_file}" ? file : part));
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
    if (process.env.BENCH_ECHO) process.stderr.write(chunk);
  });
  const died = new Promise((_, fail) => {
    child.once("error", (error) => fail(new Error(`${command} could not be started: ${error.message}`)));
    child.once("close", (code, signal) =>
      fail(new Error(`the kernel ${command} ended with ${signal ?? `code ${code}`}\n${errors.trim()}`)),
    );
  });
  // Whoever waits for an answer hears of it; nobody else needs to.
  died.catch(() => {});
  const often = { reconnectInterval: 5, linger: 0 };
  const shell = new Dealer({ ...often, routingId: session });
  const iopub = new Subscriber({ ...often, receiveHighWaterMark: 0 });
  iopub.subscribe();
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  shell.connect(`tcp://127.0.0.1:${shell_port}`);

  const request = (type, content) => Promise.race([ask(type, content), died]);
  const ask = async (type, content) => {
    const header = {
      msg_id: randomUUID(),
      session,
      username: "bench",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    const sent = performance.now();
    await shell.send(["<IDS|MSG>", hmac.digest("hex"), ...parts]);
    for await (const frames of shell) {
      const at = frames.findIndex((frame) => String(frame) === "<IDS|MSG>");
      if (JSON.parse(String(frames[at + 3])).msg_id !== header.msg_id) continue;
      return { content: JSON.parse(String(frames[at + 5])), time: performance.now() - sent };
    }
    throw new Error(`no answer to ${type}`);
  };
  const close = () => {
    shell.close();
    iopub.close();
  };
  try {
    await request("kernel_info_request", {});
  } catch (error) {
    close();
    throw error;
  }
  return {
    start: performance.now() - began,
    /** Milliseconds from the request to the reply of one cell. */
    async cell(code) {
      const options = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
      const { content, time } = await request("execute_request", { code, ...options });
      if (content.status !== "ok") throw new Error(`${command}: ${code}: ${JSON.stringify(content)}`);
      return time;
    },
    /** MB that the kernel and its children hold. */
    memory: () => residentMegabytes(child.pid),
    async stop() {
      close();
      child.kill("SIGKILL");
      await died.catch(() => {});
    },
  };
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function residentMegabytes(pid) {
  const of = (id) => {
    const status = readFileSync(`/proc/${id}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  };
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
  );
  return of(pid) + children.reduce((sum, id) => sum + residentMegabytes(id), 0);
}
