import type { Instant } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import type { Authorization } from "./authorization.ts";

export interface ElectrumHttpOptions {
  /**
   * The base URL of Electrum's API, such as `https://sandbox.electrum.io/suv/v1`. A trailing slash makes no difference. It must be
   * `https`, except on loopback (`localhost`, `127.0.0.0/8`, `::1`): voucher codes can be spent, and Basic is clear text.
   */
  readonly baseUrl: string;
  /** The credentials of each message: {@link basicAuthorization}, or a scheme of the caller's. */
  readonly authorization: Authorization;
  /** The largest body that is read, in bytes after decompression. A larger one gives `tooLarge`. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** The wall clock. It is read once for each message; from then on the monotonic clock counts. Default `Date.now`. */
  readonly now?: () => Instant;
  /**
   * `ky` (over Node's `fetch`) or `node` (over `node:http`). Default `ky`. `node` takes about half the time for each message: use
   * it if one process serves many tills. Both keep the same promises; {@link createElectrumHttp} lists how they differ.
   */
  readonly transport?: "ky" | "node";
  /**
   * The `fetch` that `ky` calls, for example one with a proxy or an agent. It must obey the `signal`, and must not repeat a
   * message. Not allowed with the transport `node`. Default: Node's own.
   *
   * @example
   * (input, init) => fetch(input, { ...init, dispatcher: new ProxyAgent("https://proxy:8443") })
   */
  readonly fetch?: typeof globalThis.fetch;
}

/** One fault in the options. It never repeats the option's value: a URL may hold a password. */
export interface OptionFault {
  readonly path: keyof ElectrumHttpOptions;
  readonly expected: string;
}

/** 1 MiB. Electrum's largest responses, a voucher with its slip, have some ten kilobytes. */
export const DEFAULT_MAX_BODY_BYTES: number = 1024 * 1024;

/** The validated options, with their defaults. */
export interface ResolvedOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly authorization: Authorization;
  readonly maxBodyBytes: number;
  readonly now: () => Instant;
  readonly transport: "ky" | "node";
  readonly fetch: typeof globalThis.fetch;
}

/** The options with their defaults, or every fault in them. */
export function validateOptions(options: ElectrumHttpOptions): Result<ResolvedOptions, readonly OptionFault[]> {
  const {
    baseUrl,
    authorization,
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    now = Date.now,
    transport = "ky",
    fetch = defaultFetch,
  } = options;
  const faults = [
    ...baseUrlFaults(baseUrl),
    ...functionFaults("authorization", authorization),
    ...(Number.isSafeInteger(maxBodyBytes) && maxBodyBytes > 0
      ? []
      : [{ path: "maxBodyBytes" as const, expected: "must be a whole number of bytes, 1 or more" }]),
    ...functionFaults("now", now),
    ...transportFaults(transport, fetch),
    ...functionFaults("fetch", fetch),
  ];
  return faults.length === 0
    ? ok({ baseUrl: new URL(baseUrl).href.replace(/\/+$/, ""), authorization, maxBodyBytes, now, transport, fetch })
    : err(faults);
}

const defaultFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

function transportFaults(transport: string, fetch: unknown): readonly OptionFault[] {
  if (transport !== "ky" && transport !== "node") return [{ path: "transport", expected: 'must be "ky" or "node"' }];
  // It would not be called, and a proxy that it leads to would not be used.
  return transport === "node" && fetch !== defaultFetch
    ? [{ path: "fetch", expected: 'must be absent with the transport "node", which does not use it' }]
    : [];
}

const functionFaults = (path: keyof ElectrumHttpOptions, value: unknown): readonly OptionFault[] =>
  typeof value === "function" ? [] : [{ path, expected: "must be a function" }];

function baseUrlFaults(text: string): readonly OptionFault[] {
  const url = URL.parse(text);
  if (url === null) return [baseUrlFault("must be a URL, such as https://host/suv/v1")];
  return [
    ...(url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))
      ? []
      : [baseUrlFault("must be https; plain http is only for loopback (localhost, 127.0.0.0/8, ::1)")]),
    ...(url.username === "" && url.password === ""
      ? []
      : [baseUrlFault("must have no user name or password; those come from authorization")]),
    ...(/[?#]/.test(text) ? [baseUrlFault("must have no query and no fragment")] : []),
  ];
}

const baseUrlFault = (expected: string): OptionFault => ({ path: "baseUrl", expected });

/** `hostname` as `URL` normalises it: `127.1` is `127.0.0.1` by now, and IPv6 is in brackets. */
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
