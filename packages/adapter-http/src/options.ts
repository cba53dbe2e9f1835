import type { Instant } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import type { Authorization } from "./authorization.ts";

export interface ElectrumHttpOptions {
  /**
   * Where Electrum's API begins, such as `https://sandbox.electrum.io/suv/v1`; a trailing slash makes no difference. Plain
   * `http` is taken for loopback only (`localhost`, `127.0.0.0/8`, `::1`): voucher codes are money, and Basic is clear text.
   */
  readonly baseUrl: string;
  /** See {@link basicAuthorization}, or bring another scheme. */
  readonly authorization: Authorization;
  /** The largest body that is read, after decompression, in bytes. Default {@link DEFAULT_MAX_BODY_BYTES}. */
  readonly maxBodyBytes?: number;
  /** The wall clock, read once for each message: what follows is timed by a clock that never jumps. Default `Date.now`. */
  readonly now?: () => Instant;
  /**
   * What carries messages. Default `ky`, over Node's `fetch`. `node`, over `node:http`, takes about half of its time for a
   * message: for a switch that serves many tills from one process. Both promise the same; see `createElectrumHttp` for what
   * they see differently.
   */
  readonly transport?: "ky" | "node";
  /**
   * What sends under `ky`, for those who bring a proxy or an agent. It gets a URL and what belongs to it, whose `signal` it must
   * heed, and must not repeat a message. Default: Node's own.
   *
   * @example
   * (input, init) => fetch(input, { ...init, dispatcher: new ProxyAgent("https://proxy:8443") })
   */
  readonly fetch?: typeof globalThis.fetch;
}

/** One thing that is wrong with the options. It never repeats what was given: a URL may hold a password. */
export interface OptionFault {
  readonly path: keyof ElectrumHttpOptions;
  readonly expected: string;
}

/** Electrum's largest answers, a voucher with its slip, have some ten kilobytes: a hundred times that is no answer. */
export const DEFAULT_MAX_BODY_BYTES: number = 1024 * 1024;

/** The options, checked, with their defaults. */
export interface ResolvedOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly authorization: Authorization;
  readonly maxBodyBytes: number;
  readonly now: () => Instant;
  readonly transport: "ky" | "node";
  readonly fetch: typeof globalThis.fetch;
}

/** The settings, or every fault in the options at once. */
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
  // It would be passed by, and with it the proxy that it may lead to.
  return transport === "node" && fetch !== defaultFetch
    ? [{ path: "fetch", expected: 'must not be there with the transport "node", which has no use for it' }]
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
      : [baseUrlFault("must hold no user name or password; they belong in authorization")]),
    ...(/[?#]/.test(text) ? [baseUrlFault("must have no query and no fragment")] : []),
  ];
}

const baseUrlFault = (expected: string): OptionFault => ({ path: "baseUrl", expected });

/** `hostname` as `URL` writes it: `127.1` has become `127.0.0.1`, IPv6 stands in brackets. */
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
