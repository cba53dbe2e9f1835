import { gzipSync } from "node:zlib";
import type { Advice, Answer, Request } from "@electrum-vouchers/core";
import { hostileAnswer } from "./answers.ts";
import { advices, requests } from "./messages.ts";
import type { Random } from "../random.ts";

/** What a server does to one message, byte by byte. */
export interface WireScript {
  readonly name: string;
  readonly outgoing: Request | Advice;
  /** Written one after the other, in turns of their own. */
  readonly pieces: readonly Buffer[];
  readonly ending: Ending;
  /** What must come of it: this very answer · no answer, for it is not complete · either, but nothing made up. */
  readonly promise: Answer | "silence" | "either";
}

/** Then the connection is closed, reset, or kept open without another word. */
export type Ending = "closed" | "reset" | "kept";

/** The adapter is told to read no more than this. */
export const MAX_BODY_BYTES: number = 64 * 1024;

/** What one case of a run writes, from a source of its own. */
export function wireScript(random: Random): WireScript {
  const { name, bytes, ending, promise } = random.pick(kinds)(random);
  const outgoing = random.pick<Request | Advice>([...requests, ...advices]);
  return { name, outgoing, pieces: piecesOf(random, bytes), ending: ending ?? anyEnding(random), promise };
}

interface Written {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ending?: Ending;
  readonly promise: WireScript["promise"];
}

const kinds: readonly ((random: Random) => Written)[] = [
  (random) => ({ name: "noise", bytes: noise(random, 2_000), promise: "either" }),
  (random) => ({
    name: "noise after a status line",
    bytes: Buffer.concat([Buffer.from(`HTTP/1.1 ${random.below(1_000)} OK\r\n`), noise(random, 500)]),
    promise: "either",
  }),
  (random) => ({
    name: "noise for headers",
    bytes: Buffer.from(`HTTP/1.1 200 OK\r\n${headerNoise(random)}content-length: 2\r\n\r\n{}`, "latin1"),
    promise: "either",
  }),
  (random) => whole("a whole answer", random, framed),
  (random) => whole("a whole answer in chunks", random, (answer) => chunked(random, answer)),
  (random) => whole("a whole answer, compressed", random, compressed),
  (random) =>
    whole("notices before a whole answer", random, (answer) => Buffer.concat([notices(random), framed(answer)])),
  (random) => ({
    // Node's own fetch takes a 100 that nobody asked for as the end of the connection.
    name: "an unasked 100 before a whole answer",
    bytes: Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), framed(readable(random))]),
    promise: "either",
  }),
  (random) => whole("two answers to one message", random, (answer) => Buffer.concat([framed(answer), framed(answer)])),
  (random) => cut("an answer that breaks off", random, framed),
  (random) => cut("chunks that break off", random, (answer) => chunked(random, answer)),
  (random) => cut("a compressed answer that breaks off", random, compressed),
  (random) => damaged("an answer with wrong bytes", random, framed),
  (random) => damaged("chunks with wrong bytes", random, (answer) => chunked(random, answer)),
  (random) => damaged("a compressed answer with wrong bytes", random, compressed),
  () => ({
    name: "a length that is too long",
    bytes: Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}"),
    promise: "silence",
  }),
  (random) => ({
    name: "a body that is too large",
    bytes: lengthy(200, Buffer.alloc(MAX_BODY_BYTES + 1 + random.below(MAX_BODY_BYTES), "a")),
    promise: "silence",
  }),
];

/** Statuses whose answers have a body, and that `fetch` hands on. */
const statuses = [200, 201, 202, 301, 400, 401, 404, 409, 429, 500, 501, 503, 504];

/** An answer whose body is what its bytes say in UTF-8. */
function readable(random: Random): Answer {
  const { body } = hostileAnswer(random);
  return { status: random.pick(statuses), body: new TextDecoder().decode(Buffer.from(body)) };
}

/** It is complete, so that it does not matter whether the connection stays open. A reset might overtake it. */
function whole(name: string, random: Random, frame: (answer: Answer) => Buffer): Written {
  const answer = readable(random);
  return { name, bytes: frame(answer), ending: random.pick(["closed", "kept"]), promise: answer };
}

/** Breaks off somewhere before the end. */
function cut(name: string, random: Random, frame: (answer: Answer) => Buffer): Written {
  const bytes = frame(readable(random));
  return { name, bytes: bytes.subarray(0, random.below(bytes.length)), promise: "silence" };
}

function damaged(name: string, random: Random, frame: (answer: Answer) => Buffer): Written {
  const bytes = Buffer.from(frame(readable(random)));
  for (let left = 1 + random.below(4); left > 0; left -= 1) bytes[random.below(bytes.length)] = random.below(256);
  return { name, bytes, promise: "either" };
}

const framed = ({ status, body }: Answer): Buffer => lengthy(status, Buffer.from(body));

const lengthy = (status: number, body: Buffer, headers: readonly string[] = []): Buffer =>
  Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status} Any`, `content-length: ${body.length}`, ...headers, "", ""].join("\r\n")),
    body,
  ]);

const compressed = ({ status, body }: Answer): Buffer => lengthy(status, gzipSync(body), ["content-encoding: gzip"]);

function chunked(random: Random, { status, body }: Answer): Buffer {
  const chunks = piecesOf(random, Buffer.from(body)).filter(({ length }) => length > 0);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Any\r\ntransfer-encoding: chunked\r\n\r\n`),
    ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]),
    Buffer.from("0\r\n\r\n"),
  ]);
}

const notices = (random: Random): Buffer =>
  Buffer.from(`HTTP/1.1 ${random.pick([102, 103])} Wait\r\n\r\n`.repeat(1 + random.below(5)));

const noise = (random: Random, maxLength: number): Buffer =>
  Buffer.from(Array.from({ length: random.below(maxLength) }, () => random.below(256)));

/** Odd ones, many of them, or one that is far too long. */
function headerNoise(random: Random): string {
  switch (random.below(3)) {
    case 0:
      return `x-noise: ${noise(random, 200).toString("latin1").replaceAll("\n", "")}\r\n`;
    case 1:
      return "x-noise: 1\r\n".repeat(random.below(3_000));
    default:
      return `retry-after: ${"9".repeat(1 + random.below(20_000))}\r\n`;
  }
}

const anyEnding = (random: Random): Ending => random.pick(["closed", "closed", "reset", "kept"]);

/** The bytes as they may arrive: at once, or in up to five pieces. */
function piecesOf(random: Random, bytes: Buffer): readonly Buffer[] {
  const cuts = Array.from({ length: random.pick([0, 0, 1, 4]) }, () => random.below(bytes.length + 1)).toSorted(
    (left, right) => left - right,
  );
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}
