import ky from "ky";
import { singleUseBody, readText } from "./body.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** Over ky and Node's `fetch`. */
export function kyTransport({ maxBodyBytes, fetch }: ResolvedOptions): Transport {
  const http = ky.create({
    // The core decides about repeats, and the wait about time: ky does neither.
    retry: 0,
    timeout: false,
    totalTimeout: false,
    throwHttpErrors: false,
  });
  return {
    send: async ({ method, url, headers, json, signal }) => {
      const init: RequestInit = {
        method,
        headers,
        // A followed POST would go where nobody meant it to.
        redirect: "manual",
        signal,
        ...(json === undefined ? {} : { body: singleUseBody(json), duplex: "half" }),
      };
      // What is sent is not ky's own Request: fetch would copy it, with its body and its signal, for a fifth of what a call costs.
      const response = await http(url, { method, fetch: () => fetch(url, init) });
      const body = await readText(response.body, maxBodyBytes);
      return { status: response.status, body, retryAfter: response.headers.get("retry-after") };
    },
    // Idle connections belong to `fetch`, which ends them after some seconds.
    close: () => {},
  };
}
