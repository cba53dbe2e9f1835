// Electrum's API over HTTP: one call sends one message once, and reports what came of it.
//
//   send ─▶ credentials ─▶ toHttp (core) ─▶ markSent ─▶ transport ─▶ complete body ─▶ in time? ─▶ HttpResponse
//     └───────────┴──────────────── time over, close, an error ─────────────┴────────────┴─────▶ NoResponse, with its cause
//
// Rules
// 1. No repeats, in no layer: the core decides about retries, since a repeated request may have a financial effect. So ky's
//    retries are off, a body can be sent only once (`body.ts`), and redirects are not followed.
// 2. A status means nothing here, not even 401 or 500: every complete response is reported, and the core classifies it. With OAuth2 a
//    401 has the next message wait for another token (`tokens.ts`); the one that it answered is not sent again.
// 3. A response is complete or it is none. A body that breaks off, is too large or comes too late gives a `NoResponse`.
// 4. A cause never claims more than is known. `notSent` and `credentials` say that nothing was sent (`deadline.ts`); an error
//    that is not recognised is `interrupted` (`no-response.ts`).
// 5. `send` never throws or rejects. Credentials, URLs and bodies are secrets: no error message is passed on.
// 6. If the deadline ends and the transport fails because of it, the deadline's cause counts: it comes first in the race.
//
// What it does not know: which transport carries the message. `ky` is the default; `node` (node:http) costs about half the time
// and has none of the peculiarities of `fetch` that `createElectrumHttp` lists.

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
import { createKyTransport } from "./ky-transport.ts";
import { createNodeTransport } from "./node-transport.ts";
import { type ElectrumHttpOptions, type OptionFault, type ResolvedOptions, validateOptions } from "./options.ts";
import { retryAfterMs } from "./retry-after.ts";
import { createCredentialsSource } from "./message-credentials.ts";
import type { Transport } from "./transport.ts";
import { classifyError } from "./no-response.ts";
import { startDeadline, type Deadline } from "./deadline.ts";

/**
 * Electrum's API over HTTP, or every fault in the options. Each message is sent once. Connections are kept for later messages.
 * Redirects are reported as responses, not followed.
 *
 * Electrum responds to lookupRedemption with 102 alone while it is still processing. HTTP defines 102 as an interim response, so
 * it is never reported: the wait goes on until the connection ends (`interrupted`) or the deadline does (`deadline`).
 *
 * The transport `ky` has some peculiarities of Node's `fetch`:
 * - A lookup is sent twice if the response is 421.
 * - 407, and a 100 that was not asked for, give `interrupted`.
 * - There are bounds below the deadline: 10 seconds to connect (`unreachable`), 5 minutes without a byte (`deadline`).
 *
 * With `node`, 407 is a response, a 100 is skipped, and the deadline is the only bound.
 *
 * After `close`, nothing keeps the process alive. Idle connections end after some seconds.
 *
 * @example
 * createElectrumHttp({
 *   baseUrl: "https://sandbox.electrum.io/suv/v1",
 *   authorization: basicAuthorization(() => ({ username: "12345678", password: readPassword() })),
 * })
 */
export const createElectrumHttp = (options: ElectrumHttpOptions): Result<Electrum, readonly OptionFault[]> =>
  validateOptions(options).map(createElectrum);

function createElectrum(options: ResolvedOptions): Electrum {
  const { baseUrl, authorization, now } = options;
  const transport = createTransport(options);
  const credentials = createCredentialsSource(authorization, ({ tokenUrl }) =>
    createTransport({ ...options, baseUrl: tokenUrl, maxBodyBytes: MAX_TOKEN_BYTES }),
  );
  const deadlines = new Set<Deadline>();
  let closed = false;

  const sendOnce = async (
    outgoing: OutgoingMessage,
    deadline: Deadline,
    client: string | undefined,
  ): Promise<Result<HttpResponse, NoResponse>> => {
    const used = await credentials.current(client);
    if (used === undefined) return noResponse("credentials");
    const { method, target, body: json } = toHttp(outgoing);
    const headers = { ...headersOf(json), authorization: used.header };
    if (!deadline.markSent()) return noResponse("notSent");
    const { signal } = deadline;
    const request = { method, url: `${baseUrl}${target}`, headers, signal };
    const { status, body, retryAfter } = await transport.send(json === undefined ? request : { ...request, json });
    credentials.answered(client, used, status);
    if (body === undefined) return noResponse("tooLarge");
    if (!deadline.isInTime()) return noResponse("deadline");
    const waitMs = retryAfterMs(retryAfter, now());
    return ok({ status, body, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
  };

  const sendWithDeadline = async (
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    client: string | undefined,
  ): Promise<Result<HttpResponse, NoResponse>> => {
    const timeMs = deadlineAt - now();
    if (closed || !(timeMs > 0)) return noResponse("notSent");
    const deadline = startDeadline(timeMs);
    deadlines.add(deadline);
    try {
      // The deadline comes first in the race: if it aborts the transport, its cause counts, not the transport's error.
      return await Promise.race([deadline.ended.then(noResponse), sendOnce(outgoing, deadline, client)]);
    } catch (thrown) {
      return noResponse(deadline.wasSent() ? classifyError(thrown) : "notSent");
    } finally {
      deadline.dispose();
      deadlines.delete(deadline);
    }
  };

  return {
    send: (outgoing, deadlineAt, client) => new ResultAsync(sendWithDeadline(outgoing, deadlineAt, client)),
    credentialsNumber: credentials.numberOf,
    close: () => {
      closed = true;
      for (const deadline of deadlines) deadline.stop();
      credentials.close();
      transport.close();
    },
  };
}

const createTransport = (options: ResolvedOptions): Transport =>
  options.transport === "node" ? createNodeTransport(options) : createKyTransport(options);

/** 64 KiB. A token has some kilobytes at most. */
const MAX_TOKEN_BYTES = 64 * 1024;

// Responses are small, so compression gains nothing. Besides, it would allow a decompression bomb.
const acceptHeaders = { accept: "application/json", "accept-encoding": "identity" };

const headersOf = (json: string | undefined): Readonly<Record<string, string>> =>
  json === undefined
    ? acceptHeaders
    : { ...acceptHeaders, "content-type": "application/json", "content-length": String(Buffer.byteLength(json)) };

const noResponse = (cause: NoResponseCause): Result<HttpResponse, NoResponse> => err({ cause });
