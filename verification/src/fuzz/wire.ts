import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { type HttpResponse, classifyResponse, type Request, type NoResponse } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { containsSecret } from "./errors.ts";
import { advices } from "./messages.ts";
import { createRandom } from "../random.ts";
import type { FailedCase } from "./run.ts";
import { type Violations, violationUnless } from "./system-under-test.ts";
import { MAX_BODY_BYTES, type WireScript, generateWireScript } from "./wire-script.ts";

export interface WireFuzzOptions {
  readonly seed: number;
  /** How many messages are sent, each to a server of its own. */
  readonly cases: number;
  /** The first of them. Default 0. */
  readonly from?: number;
}

/** How many are under way at once. */
const CONCURRENCY = 32;

/** Long if a response must come, and short if the deadline ends the wait. */
const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 150;

/** A send that has not ended this long after its deadline never will. */
const HANG_MS = 10_000;

/**
 * After how many messages the servers of the batch before release their ports. The system hands a port out again at once, and
 * `fetch` would take a connection to the port's former server, which has just ended, for one to the new server.
 */
const BATCH_SIZE = 250;

/** Sends messages through the real adapter to servers that write what a script says. Gives each broken promise. */
export async function runWireFuzz({ seed, cases, from = 0 }: WireFuzzOptions): Promise<readonly FailedCase[]> {
  const failures: FailedCase[] = [];
  let retiredServers: readonly Server[] = [];
  for (let first = from; first < from + cases; first += BATCH_SIZE) {
    const batch = await runBatch(seed, first, Math.min(first + BATCH_SIZE, from + cases));
    failures.push(...batch.failures);
    for (const server of retiredServers) server.close();
    retiredServers = batch.servers;
  }
  for (const server of retiredServers) server.close();
  return failures;
}

interface Batch {
  readonly failures: readonly FailedCase[];
  readonly servers: readonly Server[];
}

async function runBatch(seed: number, first: number, end: number): Promise<Batch> {
  const failures: FailedCase[] = [];
  const servers: Server[] = [];
  let next = first;
  const work = async (): Promise<void> => {
    while (next < end) {
      const index = next;
      next += 1;
      const script = generateWireScript(createRandom(seed, index));
      const server = createServer();
      servers.push(server);
      const violations = await checkScript(script, server);
      if (violations.length > 0)
        failures.push({ seed, index, violations: violations.map((violation) => `${script.name}: ${violation}`) });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { failures, servers };
}

async function checkScript(script: WireScript, server: Server): Promise<Violations> {
  const sockets = serve(script, server);
  const port = createElectrumPort(await listen(server));
  const isTimeoutExpected = script.ending === "kept" && typeof script.expected === "string";
  const deadlineMs = isTimeoutExpected ? SHORT_DEADLINE_MS : DEADLINE_MS;
  const hangTimeout = new AbortController();
  try {
    const outcome = await Promise.race([
      port.send(script.outgoing, Date.now() + deadlineMs),
      wait(deadlineMs + HANG_MS, "hung" as const, { signal: hangTimeout.signal }),
    ]);
    return outcome === "hung" ? ["it never ends"] : checkOutcome(script, outcome);
  } catch (error) {
    return [`it threw: ${error instanceof Error ? error.name : typeof error}`];
  } finally {
    hangTimeout.abort();
    port.close();
    for (const socket of sockets) socket.destroy();
  }
}

function checkOutcome(
  { expected, outgoing, pieces }: WireScript,
  outcome: Result<HttpResponse, NoResponse>,
): Violations {
  return outcome.match(
    (response) => [
      ...violationUnless(expected !== "noResponse", "an incomplete response counts"),
      ...violationUnless(
        typeof expected === "string" || isSameResponse(expected, response),
        "the response is not what was written",
      ),
      ...violationUnless(isValidResponse(response), "the response has an invalid status or Retry-After"),
      ...violationUnless(
        expected !== "either" || !approves(outgoing, response) || isWritten(response, pieces),
        "an approval was made up",
      ),
    ],
    (noResponse) => [
      ...violationUnless(typeof expected === "string", `a complete response is lost: ${noResponse.cause}`),
      ...violationUnless(Object.keys(noResponse).join() === "cause", "a missing response holds more than its cause"),
      ...violationUnless(!containsSecret(noResponse), "a missing response holds a voucher's secret"),
    ],
  );
}

const isSameResponse = (expected: HttpResponse, { status, body }: HttpResponse): boolean =>
  status === expected.status && body === expected.body;

const isValidResponse = ({ status, body, retryAfterMs = 0 }: HttpResponse): boolean =>
  Number.isInteger(status) && status >= 200 && status <= 599 && typeof body === "string" && retryAfterMs >= 0;

const approves = (outgoing: WireScript["outgoing"], response: HttpResponse): boolean =>
  isRequest(outgoing) && classifyResponse(outgoing, response).outcome === "approved";

const isRequest = (outgoing: WireScript["outgoing"]): outgoing is Request =>
  !advices.some(({ operation }) => operation === outgoing.operation);

/** Whether the body was on the wire as it is. A chunked or compressed body is not. */
function isWritten({ body }: HttpResponse, pieces: readonly Buffer[]): boolean {
  const bytes = Buffer.concat(pieces);
  const isPlain = !/transfer-encoding|content-encoding/i.test(bytes.toString("latin1"));
  return !isPlain || bytes.includes(body);
}

function createElectrumPort(port: number): Electrum {
  const created = createElectrumHttp({
    baseUrl: `http://127.0.0.1:${port}/suv/v1`,
    authorization: basicAuthorization(() => ({ username: "shop", password: "open sesame" })),
    maxBodyBytes: MAX_BODY_BYTES,
  });
  if (created.isErr()) throw new Error(JSON.stringify(created.error));
  return created.value;
}

/** Runs the script for every connection, and gives the connections. Each message has a server of its own, so no message affects another. */
function serve(script: WireScript, server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    // A client that closes the connection is part of the script.
    socket.on("error", () => {});
    let received = "";
    socket.on("data", (bytes) => {
      const wasComplete = isComplete(received);
      received += bytes.toString("latin1");
      if (!wasComplete && isComplete(received)) void runScript(script, socket);
    });
  });
  return sockets;
}

/** Whether a request has arrived with its whole body. A client that gets a response before that may not read it. */
function isComplete(request: string): boolean {
  const headEnd = request.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)\r$/im.exec(request.slice(0, headEnd + 1))?.[1] ?? "0";
  return headEnd !== -1 && request.length >= headEnd + 4 + Number(length);
}

async function runScript({ pieces, ending }: WireScript, socket: Socket): Promise<void> {
  for (const piece of pieces) {
    if (!socket.writable) return;
    socket.write(piece);
    await nextTurn();
  }
  if (ending === "closed") socket.end();
  if (ending === "reset") socket.resetAndDestroy();
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return address.port;
}
