/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { insertBuffers, separateBuffers } from "../../kernel/jupyter/wire/buffers.js";
import { Codec, newHeader, readHeader, toJson } from "../../kernel/jupyter/wire/wire.js";
import { completeness } from "../../kernel/tslab/completeness.js";

const frames = () => ({
  identities: [Buffer.from([0, 255])],
  parts: [toJson(newHeader("comm_msg", "s")), "{}", "{}", '{"é":1}'],
  buffers: [Buffer.from([3, 2, 1])],
});
const packed = (key: string) => new Codec(key).pack(frames()).map((part) => Buffer.from(part));

test("a message comes back as it was sent", () => {
  const read = new Codec("key").unpack(packed("key"));
  expect(read.identities.map((i) => [...i])).toEqual([[0, 255]]);
  expect(read.parts[3]).toBe('{"é":1}');
  expect(read.buffers.map((b) => [...b])).toEqual([[3, 2, 1]]);
  expect(readHeader(read.parts[0]).msg_type).toBe("comm_msg");
});

test("messages of others are refused, each with its reason", () => {
  const codec = new Codec("key");
  expect(() => codec.unpack(packed("other"))).toThrow(
    "invalid signature: the message was not signed with this kernel's key",
  );
  expect(() => codec.unpack([])).toThrow("invalid message: no <IDS|MSG> delimiter");
  expect(() => codec.unpack(packed("key").slice(0, 5))).toThrow(
    "invalid message: 3 parts, expected at least 5",
  );
  const once = packed("key");
  codec.unpack(once);
  expect(() => codec.unpack(once)).toThrow("invalid message: it was received before");
  expect(() => new Codec("key", "md5")).toThrow("invalid signature_scheme: md5, expected hmac-HASH");
});

test("lone surrogates are replaced, pairs are kept", () => {
  expect(toJson(["a\ud83d", "\ud83d\ude00"])).toBe('["a\ufffd","\ud83d\ude00"]');
});

test("binary leaves leave a state and return to their places", () => {
  const first = new Uint8Array([1, 2]);
  const second = new Uint16Array([3]);
  const state = { a: first, list: [0, second], deep: { b: "text" } };
  const { state: rest, paths, buffers } = separateBuffers(state);
  expect(rest).toEqual({ list: [0, null], deep: { b: "text" } });
  expect(paths).toEqual([["a"], ["list", 1]]);
  expect(buffers).toEqual([first, second]);
  expect(state.a).toBe(first);
  insertBuffers(rest, paths, [new Uint8Array([1, 2]), new Uint8Array([3, 0])]);
  expect(rest).toEqual({ a: new Uint8Array([1, 2]), list: [0, new Uint8Array([3, 0])], deep: { b: "text" } });
});

test.each([[["no", "way"]], [["__proto__"]], [[]], ["a"]])("a path that leads nowhere: %j", (path) => {
  expect(() => insertBuffers({ a: 1 }, [path], [new Uint8Array(1)])).toThrow("leads nowhere in the state");
});

test.each([
  ["const a = 1", "complete"],
  ["const s = `abc", "incomplete"],
  ["[1, 2,", "incomplete"],
  ["let = = 3", "invalid"],
])("%s is %s", (code, status) => {
  expect(completeness(code).status).toBe(status);
});

test("what continues a block is indented further", () => {
  expect(completeness("  if (a) {")).toEqual({ status: "incomplete", indent: "    " });
});
