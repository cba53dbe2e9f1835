import ky from "ky";
import { verifiesCertificates } from "./environment.ts";
import { singleUseBody, readText } from "./body.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** The environment has changed since the options were validated. */
const unverified = (): Error =>
  Object.assign(new Error("no certificate would be verified"), { code: "CERT_UNVERIFIED" });

/** A transport over ky and Node's `fetch`. */
export function createKyTransport({ maxBodyBytes, fetch }: ResolvedOptions): Transport {
  const http = ky.create({
    // The core decides about repeats, and `deadline.ts` about time, so ky must do neither.
    retry: 0,
    timeout: false,
    totalTimeout: false,
    throwHttpErrors: false,
  });
  return {
    send: async ({ method, url, headers, json, signal }) => {
      if (url.startsWith("https:") && !verifiesCertificates()) throw unverified();
      const init: RequestInit = {
        method,
        headers,
        // A POST that follows a redirect would go to a host that the caller did not choose.
        redirect: "manual",
        signal,
        ...(json === undefined ? {} : { body: singleUseBody(json), duplex: "half" }),
      };
      // Not with ky's own Request: fetch would copy it, with its body and signal, which takes a fifth of a call's time.
      const response = await http(url, { method, fetch: () => fetch(url, init) });
      const body = await readText(response.body, maxBodyBytes, response.headers.get("content-type"));
      return { status: response.status, body, retryAfter: response.headers.get("retry-after") };
    },
    // `fetch` owns the idle connections, and ends them after some seconds.
    close: () => {},
  };
}
