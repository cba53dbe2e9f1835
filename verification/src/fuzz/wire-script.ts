import { gzipSync } from "node:zlib";
import type { Advice, HttpResponse, Request } from "@electrum-vouchers/core";
import { generateResponse } from "./responses.ts";
import { advices, requests } from "./messages.ts";
import type { Random } from "../random.ts";

/** What a server does to one message, byte by byte. */
export interface WireScript {
  readonly name: string;
  readonly outgoing: Request | Advice;
  /** Written one after the other, each in a turn of its own. */
  readonly pieces: readonly Buffer[];
  readonly ending: ConnectionEnding;
  /** The expected result: this very response · no response, since it is not complete · either, but no other response. */
  readonly expected: HttpResponse | "noResponse" | "either";
}

/** Then the connection is closed, reset, or kept open without further bytes. */
export type ConnectionEnding = "closed" | "reset" | "kept";

/** The adapter is told to read no more than this. */
export const MAX_BODY_BYTES: number = 64 * 1024;

/** The script of one case of a run. Each case draws from its own random choices. */
export function generateWireScript(random: Random): WireScript {
  const { name, bytes, ending, expected } = random.pick(scriptKinds)(random);
  const outgoing = random.pick<Request | Advice>([...requests, ...advices]);
  return { name, outgoing, pieces: splitBytes(random, bytes), ending: ending ?? pickEnding(random), expected };
}

interface WireScriptDraft {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ending?: ConnectionEnding;
  readonly expected: WireScript["expected"];
}

const scriptKinds: readonly ((random: Random) => WireScriptDraft)[] = [
  (random) => ({ name: "noise", bytes: randomBytes(random, 2_000), expected: "either" }),
  (random) => ({
    name: "noise after a status line",
    bytes: Buffer.concat([Buffer.from(`HTTP/1.1 ${random.below(1_000)} OK\r\n`), randomBytes(random, 500)]),
    expected: "either",
  }),
  (random) => ({
    name: "noise for headers",
    bytes: Buffer.from(`HTTP/1.1 200 OK\r\n${randomHeaders(random)}content-length: 2\r\n\r\n{}`, "latin1"),
    expected: "either",
  }),
  (random) => completeResponse("a complete response", random, encodeResponse),
  (random) => completeResponse("a complete response in chunks", random, (response) => encodeChunked(random, response)),
  (random) => completeResponse("a complete response, compressed", random, encodeCompressed),
  (random) =>
    completeResponse("notices before a complete response", random, (response) =>
      Buffer.concat([informationalResponses(random), encodeResponse(response)]),
    ),
  (random) => ({
    // Node's own fetch takes a 100 that it did not ask for as the end of the connection.
    name: "an unexpected 100 before a complete response",
    bytes: Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), encodeResponse(generatePlainResponse(random))]),
    expected: "either",
  }),
  (random) =>
    completeResponse("two responses to one message", random, (response) =>
      Buffer.concat([encodeResponse(response), encodeResponse(response)]),
    ),
  (random) => truncatedResponse("a truncated response", random, encodeResponse),
  (random) => truncatedResponse("chunks that break off", random, (response) => encodeChunked(random, response)),
  (random) => truncatedResponse("a truncated compressed response", random, encodeCompressed),
  (random) => corruptedResponse("a response with wrong bytes", random, encodeResponse),
  (random) => corruptedResponse("chunks with wrong bytes", random, (response) => encodeChunked(random, response)),
  (random) => corruptedResponse("a compressed response with wrong bytes", random, encodeCompressed),
  () => ({
    name: "a length that is too long",
    bytes: Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}"),
    expected: "noResponse",
  }),
  (random) => ({
    name: "a body that is too large",
    bytes: encodeWithLength(200, Buffer.alloc(MAX_BODY_BYTES + 1 + random.below(MAX_BODY_BYTES), "a")),
    expected: "noResponse",
  }),
];

/** Statuses whose responses have a body, and that `fetch` passes on. */
const statuses = [200, 201, 202, 301, 400, 401, 404, 409, 429, 500, 501, 503, 504];

/** A response whose body is its bytes decoded as UTF-8. */
function generatePlainResponse(random: Random): HttpResponse {
  const { body } = generateResponse(random);
  return { status: random.pick(statuses), body: new TextDecoder().decode(Buffer.from(body)) };
}

/** It is complete, so it does not matter whether the connection stays open. A reset might arrive before it. */
function completeResponse(name: string, random: Random, frame: (response: HttpResponse) => Buffer): WireScriptDraft {
  const response = generatePlainResponse(random);
  return { name, bytes: frame(response), ending: random.pick(["closed", "kept"]), expected: response };
}

/** Ends somewhere before its end. */
function truncatedResponse(name: string, random: Random, frame: (response: HttpResponse) => Buffer): WireScriptDraft {
  const bytes = frame(generatePlainResponse(random));
  return { name, bytes: bytes.subarray(0, random.below(bytes.length)), expected: "noResponse" };
}

function corruptedResponse(name: string, random: Random, frame: (response: HttpResponse) => Buffer): WireScriptDraft {
  const bytes = Buffer.from(frame(generatePlainResponse(random)));
  for (let remaining = 1 + random.below(4); remaining > 0; remaining -= 1)
    bytes[random.below(bytes.length)] = random.below(256);
  return { name, bytes, expected: "either" };
}

const encodeResponse = ({ status, body }: HttpResponse): Buffer => encodeWithLength(status, Buffer.from(body));

const encodeWithLength = (status: number, body: Buffer, headers: readonly string[] = []): Buffer =>
  Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status} Any`, `content-length: ${body.length}`, ...headers, "", ""].join("\r\n")),
    body,
  ]);

const encodeCompressed = ({ status, body }: HttpResponse): Buffer =>
  encodeWithLength(status, gzipSync(body), ["content-encoding: gzip"]);

function encodeChunked(random: Random, { status, body }: HttpResponse): Buffer {
  const chunks = splitBytes(random, Buffer.from(body)).filter(({ length }) => length > 0);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Any\r\ntransfer-encoding: chunked\r\n\r\n`),
    ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]),
    Buffer.from("0\r\n\r\n"),
  ]);
}

const informationalResponses = (random: Random): Buffer =>
  Buffer.from(`HTTP/1.1 ${random.pick([102, 103])} Wait\r\n\r\n`.repeat(1 + random.below(5)));

const randomBytes = (random: Random, maxLength: number): Buffer =>
  Buffer.from(Array.from({ length: random.below(maxLength) }, () => random.below(256)));

/** Unusual headers, very many, or one that is far too long. */
function randomHeaders(random: Random): string {
  switch (random.below(3)) {
    case 0:
      return `x-noise: ${randomBytes(random, 200).toString("latin1").replaceAll("\n", "")}\r\n`;
    case 1:
      return "x-noise: 1\r\n".repeat(random.below(3_000));
    default:
      return `retry-after: ${"9".repeat(1 + random.below(20_000))}\r\n`;
  }
}

const pickEnding = (random: Random): ConnectionEnding => random.pick(["closed", "closed", "reset", "kept"]);

/** The bytes as they may arrive: at once, or in up to five pieces. */
function splitBytes(random: Random, bytes: Buffer): readonly Buffer[] {
  const cuts = Array.from({ length: random.pick([0, 0, 1, 4]) }, () => random.below(bytes.length + 1)).toSorted(
    (left, right) => left - right,
  );
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}
