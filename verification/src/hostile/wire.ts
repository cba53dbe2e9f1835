import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { type Answer, readReply, type Request, type Silence } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { showsSecret } from "./errors.ts";
import { advices } from "./messages.ts";
import { randomOf } from "../random.ts";
import type { Failure } from "./run.ts";
import { type Faults, unless } from "./subject.ts";
import { MAX_BODY_BYTES, type WireScript, wireScript } from "./wire-script.ts";

export interface WireRun {
  readonly seed: number;
  /** How many messages are sent, each to a server of its own. */
  readonly cases: number;
  /** The first of them. Default 0. */
  readonly from?: number;
}

/** How many are under way at once. */
const IN_FLIGHT = 32;

/** Ample where an answer must come; short where the deadline is what ends the wait. */
const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 150;

/** A send that has not ended this long after its deadline never will. */
const HANG_MS = 10_000;

/**
 * After how many messages the servers of the batch before give back their ports. The system hands a port out again at once,
 * and `fetch` would take a connection to its former owner, which has just died, for one to the new one.
 */
const BATCH = 250;

/** Sends messages through the real adapter to servers that write whatever a script says, and gives each broken promise. */
export async function runWire({ seed, cases, from = 0 }: WireRun): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  let retired: readonly Server[] = [];
  for (let begin = from; begin < from + cases; begin += BATCH) {
    const batch = await runBatch(seed, begin, Math.min(begin + BATCH, from + cases));
    failures.push(...batch.failures);
    for (const server of retired) server.close();
    retired = batch.servers;
  }
  for (const server of retired) server.close();
  return failures;
}

interface Batch {
  readonly failures: readonly Failure[];
  readonly servers: readonly Server[];
}

async function runBatch(seed: number, begin: number, end: number): Promise<Batch> {
  const failures: Failure[] = [];
  const servers: Server[] = [];
  let next = begin;
  const work = async (): Promise<void> => {
    while (next < end) {
      const index = next;
      next += 1;
      const script = wireScript(randomOf(seed, index));
      const server = createServer();
      servers.push(server);
      const faults = await scriptFaults(script, server);
      if (faults.length > 0) failures.push({ seed, index, faults: faults.map((fault) => `${script.name}: ${fault}`) });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return { failures, servers };
}

async function scriptFaults(script: WireScript, server: Server): Promise<Faults> {
  const sockets = serve(script, server);
  const port = portTo(await listen(server));
  const isWaitedOut = script.ending === "kept" && typeof script.promise === "string";
  const deadlineMs = isWaitedOut ? SHORT_DEADLINE_MS : DEADLINE_MS;
  const hung = new AbortController();
  try {
    const outcome = await Promise.race([
      port.send(script.outgoing, Date.now() + deadlineMs),
      wait(deadlineMs + HANG_MS, "hung" as const, { signal: hung.signal }),
    ]);
    return outcome === "hung" ? ["it never ends"] : outcomeFaults(script, outcome);
  } catch (error) {
    return [`it threw: ${error instanceof Error ? error.name : typeof error}`];
  } finally {
    hung.abort();
    port.close();
    for (const socket of sockets) socket.destroy();
  }
}

function outcomeFaults({ promise, outgoing, pieces }: WireScript, outcome: Result<Answer, Silence>): Faults {
  return outcome.match(
    (answer) => [
      ...unless(promise !== "silence", "an answer that was not complete counts"),
      ...unless(typeof promise === "string" || isSame(promise, answer), "the answer is not what was written"),
      ...unless(isAnswer(answer), "the answer has a status or a wait that is none"),
      ...unless(
        promise !== "either" || !approves(outgoing, answer) || isWritten(answer, pieces),
        "an approval was made up",
      ),
    ],
    (silence) => [
      ...unless(typeof promise === "string", `the whole answer is lost: ${silence.cause}`),
      ...unless(Object.keys(silence).join() === "cause", "a silence says more than its cause"),
      ...unless(!showsSecret(silence), "a silence holds a voucher's secret"),
    ],
  );
}

const isSame = (promised: Answer, { status, body }: Answer): boolean =>
  status === promised.status && body === promised.body;

const isAnswer = ({ status, body, retryAfterMs = 0 }: Answer): boolean =>
  Number.isInteger(status) && status >= 200 && status <= 599 && typeof body === "string" && retryAfterMs >= 0;

const approves = (outgoing: WireScript["outgoing"], answer: Answer): boolean =>
  isRequest(outgoing) && readReply(outgoing, answer).outcome === "approved";

const isRequest = (outgoing: WireScript["outgoing"]): outgoing is Request =>
  !advices.some(({ operation }) => operation === outgoing.operation);

/** Whether the body was on the wire as it stands; one in chunks or compressed would have to be put together first. */
function isWritten({ body }: Answer, pieces: readonly Buffer[]): boolean {
  const bytes = Buffer.concat(pieces);
  const isPlain = !/transfer-encoding|content-encoding/i.test(bytes.toString("latin1"));
  return !isPlain || bytes.includes(body);
}

function portTo(port: number): Electrum {
  const created = createElectrumHttp({
    baseUrl: `http://127.0.0.1:${port}/suv/v1`,
    authorization: basicAuthorization(() => ({ username: "shop", password: "open sesame" })),
    maxBodyBytes: MAX_BODY_BYTES,
  });
  if (created.isErr()) throw new Error(JSON.stringify(created.error));
  return created.value;
}

/** Plays the script to whoever connects; gives the connections. One message has one server: none blurs what another shows. */
function serve(script: WireScript, server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    // A caller that hangs up is part of the play.
    socket.on("error", () => {});
    let received = "";
    socket.on("data", (bytes) => {
      const wasWhole = isWhole(received);
      received += bytes.toString("latin1");
      if (!wasWhole && isWhole(received)) void play(script, socket);
    });
  });
  return sockets;
}

/** Whether a request has arrived with all of its body: whoever is answered before that may not listen. */
function isWhole(request: string): boolean {
  const headEnd = request.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)\r$/im.exec(request.slice(0, headEnd + 1))?.[1] ?? "0";
  return headEnd !== -1 && request.length >= headEnd + 4 + Number(length);
}

async function play({ pieces, ending }: WireScript, socket: Socket): Promise<void> {
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
