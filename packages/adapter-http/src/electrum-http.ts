import {
  type HttpResponse,
  type Instant,
  type OutgoingMessage,
  type NoResponse,
  type NoResponseCause,
  toHttp,
} from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { authorizationHeader } from "./authorization.ts";
import { kyTransport } from "./ky-transport.ts";
import { nodeTransport } from "./node-transport.ts";
import { type ElectrumHttpOptions, type OptionFault, type ResolvedOptions, validateOptions } from "./options.ts";
import { retryAfterMs } from "./retry-after.ts";
import { classifyError } from "./no-response.ts";
import { startDeadline, type Deadline } from "./deadline.ts";

/**
 * Electrum's API over HTTP, or every fault in the options. Each message is sent once, on a connection that is kept for the next;
 * redirects are answers, not followed; a status means nothing here.
 *
 * 102, which Electrum sends as its whole answer to lookupRedemption while it is still processing, cannot be had as an answer: it
 * counts as a notice before the answer, so that the wait goes on until the connection ends (`interrupted`) or the time does
 * (`deadline`).
 *
 * The transport `ky` inherits some ways of Node's `fetch`. A lookup is sent twice if the answer is 421. 407, and a 100 that nobody
 * asked for before an answer, give `interrupted`. There are bounds below the deadline: ten seconds to connect (`unreachable`), five
 * minutes of silence (`deadline`). Over `node`, 407 is an answer, a 100 is passed over, and the deadline is the only bound.
 *
 * `close` leaves nothing behind that keeps a process alive; idle connections end after some seconds.
 *
 * @example
 * createElectrumHttp({
 *   baseUrl: "https://sandbox.electrum.io/suv/v1",
 *   authorization: basicAuthorization(() => ({ username: "12345678", password: readPassword() })),
 * })
 */
export const createElectrumHttp = (options: ElectrumHttpOptions): Result<Electrum, readonly OptionFault[]> =>
  validateOptions(options).map(createElectrumOver);

function createElectrumOver(settings: ResolvedOptions): Electrum {
  const { baseUrl, authorization, now } = settings;
  const transport = settings.transport === "node" ? nodeTransport(settings) : kyTransport(settings);
  const deadlines = new Set<Deadline>();
  let closed = false;

  const sendOnce = async (outgoing: OutgoingMessage, wait: Deadline): Promise<Result<HttpResponse, NoResponse>> => {
    const header = await authorizationHeader(authorization);
    if (header === undefined) return noResponse("credentials");
    const { method, target, body: json } = toHttp(outgoing);
    const headers = { ...headersOf(json), authorization: header };
    if (!wait.markSent()) return noResponse("notSent");
    const { signal } = wait;
    const sending = { method, url: `${baseUrl}${target}`, headers, signal };
    const { status, body, retryAfter } = await transport.send(json === undefined ? sending : { ...sending, json });
    if (body === undefined) return noResponse("tooLarge");
    if (!wait.isInTime()) return noResponse("deadline");
    const waitMs = retryAfterMs(retryAfter, now());
    return ok({ status, body, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
  };

  const sendWithDeadline = async (
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
  ): Promise<Result<HttpResponse, NoResponse>> => {
    const timeMs = deadlineAt - now();
    if (closed || !(timeMs > 0)) return noResponse("notSent");
    const wait = startDeadline(timeMs);
    deadlines.add(wait);
    try {
      // The wait's end comes first in a race: what it aborts fails because of it.
      return await Promise.race([wait.ended.then(noResponse), sendOnce(outgoing, wait)]);
    } catch (thrown) {
      return noResponse(wait.wasSent() ? classifyError(thrown) : "notSent");
    } finally {
      wait.dispose();
      deadlines.delete(wait);
    }
  };

  return {
    send: (outgoing, deadlineAt) => new ResultAsync(sendWithDeadline(outgoing, deadlineAt)),
    close: () => {
      closed = true;
      for (const wait of deadlines) wait.stop();
      transport.close();
    },
  };
}

// Answers are small: compressing them gains nothing, and a bomb is best not asked for.
const acceptHeaders = { accept: "application/json", "accept-encoding": "identity" };

const headersOf = (json: string | undefined): Readonly<Record<string, string>> =>
  json === undefined
    ? acceptHeaders
    : { ...acceptHeaders, "content-type": "application/json", "content-length": String(Buffer.byteLength(json)) };

const noResponse = (cause: NoResponseCause): Result<HttpResponse, NoResponse> => err({ cause });
