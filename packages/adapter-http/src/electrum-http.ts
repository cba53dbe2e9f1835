import {
  type Answer,
  type Instant,
  type Outgoing,
  type Silence,
  type SilenceCause,
  toHttp,
} from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import ky from "ky";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { authorizationHeader } from "./authorization.ts";
import { outgoingBody, readText } from "./body.ts";
import { type ElectrumHttpOptions, type OptionFault, type Settings, settle } from "./options.ts";
import { retryAfterMs } from "./retry-after.ts";
import { causeOf } from "./silence.ts";
import { startWait, type Wait } from "./wait.ts";

/**
 * Electrum's API over HTTP, or every fault in the options. Each message is sent once (but a lookup twice if the answer is 421, which
 * `fetch` does by itself), on a connection that is kept for the next; redirects are answers, not followed; a status means nothing
 * here. Node's `fetch` has bounds of its own below the deadline: ten seconds to connect (`unreachable`), five minutes of silence
 * (`deadline`).
 *
 * Two statuses cannot be had as an answer, since `fetch` keeps them to itself: 407 gives `interrupted`; 102, which Electrum sends
 * as its whole answer to lookupRedemption while it is still processing, counts as a notice before the answer, so that the wait goes
 * on until the connection ends (`interrupted`) or the time does (`deadline`). A 100 that nobody asked for, before an answer, makes it
 * `interrupted`.
 *
 * `close` leaves nothing behind that keeps a process alive; idle connections belong to `fetch`, which ends them after some seconds.
 *
 * @example
 * createElectrumHttp({
 *   baseUrl: "https://sandbox.electrum.io/suv/v1",
 *   authorization: basicAuthorization(() => ({ username: "12345678", password: readPassword() })),
 * })
 */
export const createElectrumHttp = (options: ElectrumHttpOptions): Result<Electrum, readonly OptionFault[]> =>
  settle(options).map(electrumOver);

function electrumOver({ baseUrl, authorization, maxBodyBytes, now, fetch }: Settings): Electrum {
  const http = ky.create({
    // The core decides about repeats, and the wait below about time: ky does neither.
    retry: 0,
    timeout: false,
    totalTimeout: false,
    throwHttpErrors: false,
    // A followed POST would go where nobody meant it to.
    redirect: "manual",
    // Answers are small: compressing them gains nothing, and a bomb is best not asked for.
    headers: { accept: "application/json", "accept-encoding": "identity" },
    fetch,
  });
  const waits = new Set<Wait>();
  let closed = false;

  const converse = async (outgoing: Outgoing, wait: Wait): Promise<Result<Answer, Silence>> => {
    const header = await authorizationHeader(authorization);
    if (header === undefined) return silence("credentials");
    const { method, target, body: json } = toHttp(outgoing);
    const { body, headers } = json === undefined ? { body: null, headers: {} } : outgoingBody(json);
    if (!wait.beginSending()) return silence("notSent");
    const response = await http(`${baseUrl}${target}`, {
      method,
      headers: { ...headers, authorization: header },
      body,
      signal: wait.signal,
    });
    const text = await readText(response.body, maxBodyBytes);
    if (text === undefined) return silence("tooLarge");
    if (!wait.inTime()) return silence("deadline");
    const waitMs = retryAfterMs(response.headers.get("retry-after"), now());
    return ok({ status: response.status, body: text, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
  };

  const exchange = async (outgoing: Outgoing, deadlineAt: Instant): Promise<Result<Answer, Silence>> => {
    const timeMs = deadlineAt - now();
    if (closed || !(timeMs > 0)) return silence("notSent");
    const wait = startWait(timeMs);
    waits.add(wait);
    try {
      // The wait's end comes first in a race: what it aborts fails because of it.
      return await Promise.race([wait.ended.then(silence), converse(outgoing, wait)]);
    } catch (thrown) {
      return silence(wait.hasSent() ? causeOf(thrown) : "notSent");
    } finally {
      wait.finish();
      waits.delete(wait);
    }
  };

  return {
    send: (outgoing, deadlineAt) => new ResultAsync(exchange(outgoing, deadlineAt)),
    close: () => {
      closed = true;
      for (const wait of waits) wait.stop();
    },
  };
}

const silence = (cause: SilenceCause): Result<Answer, Silence> => err({ cause });
