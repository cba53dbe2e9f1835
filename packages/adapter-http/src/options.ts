import type { Instant } from "@electrum-vouchers/core";
import {
  findOptionFaults,
  functionOption,
  listOption,
  type OptionCheck,
  oneOfOptions,
  type OptionChecks,
  ifGiven,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { usesProxyFor, verifiesCertificates } from "./environment.ts";
import type { Authorization } from "./authorization.ts";
import { type PasswordGrant, passwordGrantOption } from "./password-grant.ts";

export interface ElectrumHttpOptions {
  /**
   * The base URL of Electrum's API, such as `https://sandbox.electrum.io/suv/v1`. A trailing slash makes no difference. It must be
   * `https`, except on loopback (`localhost`, `127.0.0.0/8`, `::1`) and for `trustedHosts`: voucher codes can be spent, and Basic is
   * clear text.
   */
  readonly baseUrl: string;
  /** The credentials of each message: {@link basicAuthorization}, {@link passwordGrant} (OAuth2), or a scheme of the caller's. */
  readonly authorization: Authorization | PasswordGrant;
  /**
   * Hosts that plain `http` may lead to, besides loopback: other containers on a network that nobody else can read, such as a simulator
   * or a TLS proxy. Names or addresses, each in full. Default none.
   */
  readonly trustedHosts?: readonly string[];
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
  /** The option's name; empty if the options are no object at all. */
  readonly path: string;
  readonly expected: string;
}

/** 1 MiB. Electrum's largest responses, a voucher with its slip, have some ten kilobytes. */
export const DEFAULT_MAX_BODY_BYTES: number = 1024 * 1024;

/** The validated options, with their defaults. */
export interface ResolvedOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly authorization: Authorization | PasswordGrant;
  readonly maxBodyBytes: number;
  readonly now: () => Instant;
  readonly transport: "ky" | "node";
  readonly fetch: typeof globalThis.fetch;
}

/** The options with their defaults, or every fault in them. */
export function validateOptions(given: ElectrumHttpOptions): Result<ResolvedOptions, readonly OptionFault[]> {
  // Spread only what is an object: a list or a text would become options.
  if (typeof given !== "object" || given === null || Array.isArray(given))
    return err([{ path: "", expected: "must be an object of options" }]);
  // Each option is read once.
  const options = { ...given };
  const faults = [
    ...findOptionFaults(options, checksFor(options)),
    ...fetchFaults(options),
    ...environmentFaults(options),
  ];
  if (faults.length > 0) return err(faults);
  const {
    baseUrl,
    authorization,
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    now = Date.now,
    transport = "ky",
    fetch = defaultFetch,
  } = options;
  return ok({ baseUrl: new URL(baseUrl).href.replace(/\/+$/, ""), authorization, maxBodyBytes, now, transport, fetch });
}

/** 256 MiB. A larger response would exhaust the memory of a till. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Which URLs are allowed depends on the hosts that are trusted. */
const checksFor = ({ trustedHosts }: ElectrumHttpOptions): OptionChecks<ElectrumHttpOptions> => {
  const url = urlOption(Array.isArray(trustedHosts) ? trustedHosts : []);
  return {
    baseUrl: url,
    authorization: (value) => (typeof value === "object" ? passwordGrantOption(url)(value) : functionOption(value)),
    trustedHosts: ifGiven(listOption(hostOption)),
    maxBodyBytes: ifGiven(wholeNumberFrom(1, MAX_BODY_BYTES)),
    now: ifGiven(functionOption),
    transport: ifGiven(oneOfOptions("ky", "node")),
    fetch: ifGiven(functionOption),
  };
};

/** A name or an address as a URL has it, without a port: no pattern, so that nothing else is trusted by accident. */
const hostOption: OptionCheck = (value) =>
  typeof value === "string" &&
  /^[0-9a-z.:[\]_-]+$/i.test(value) &&
  URL.parse(`http://${value}/`)?.hostname === value.toLowerCase()
    ? []
    : [{ path: "", expected: "must be a host name or an address, without a port" }];

const defaultFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** With `node` it would not be called, and a proxy that it leads to would not be used. */
const fetchFaults = ({ transport, fetch }: ElectrumHttpOptions): readonly OptionFault[] =>
  transport === "node" && fetch !== undefined
    ? [{ path: "fetch", expected: 'must be absent with the transport "node", which does not use it' }]
    : [];

/** What the environment makes of `fetch`; see `environment.ts`. */
function environmentFaults({
  baseUrl,
  authorization,
  transport = "ky",
  fetch,
}: ElectrumHttpOptions): readonly OptionFault[] {
  const tokenUrl = typeof authorization === "object" ? authorization?.tokenUrl : undefined;
  const faults = [baseUrl, tokenUrl].flatMap((url) => environmentFaultsFor(url, transport, fetch));
  // One fault of the transport, though both URLs have it.
  return faults.slice(0, 1);
}

function environmentFaultsFor(
  given: unknown,
  transport: "ky" | "node",
  fetch: ElectrumHttpOptions["fetch"],
): readonly OptionFault[] {
  const url = typeof given === "string" ? URL.parse(given) : null;
  if (url === null || transport !== "ky") return [];
  if (url.protocol === "https:" && !verifiesCertificates())
    return [{ path: "transport", expected: 'must be "node" while NODE_TLS_REJECT_UNAUTHORIZED is 0' }];
  return url.protocol === "http:" && fetch === undefined && usesProxyFor(url.hostname)
    ? [{ path: "transport", expected: 'must be "node" while HTTP_PROXY is in use, or NO_PROXY must name the host' }]
    : [];
}

const urlOption =
  (trustedHosts: readonly unknown[]): OptionCheck =>
  (text) => {
    const url = typeof text === "string" ? URL.parse(text) : null;
    if (url === null) return [urlFault("must be a URL, such as https://host/suv/v1")];
    const isTrusted = (host: string): boolean =>
      isLoopback(host) || trustedHosts.some((each) => typeof each === "string" && each.toLowerCase() === host);
    return [
      ...(url.protocol === "https:" || (url.protocol === "http:" && isTrusted(url.hostname))
        ? []
        : [urlFault("must be https; plain http is only for loopback (localhost, 127.0.0.0/8, ::1)")]),
      ...(url.username === "" && url.password === ""
        ? []
        : [urlFault("must have no user name or password; those come from authorization")]),
      ...(/[?#]/.test(String(text)) ? [urlFault("must have no query and no fragment")] : []),
    ];
  };

/** The caller puts the option's name before it. */
const urlFault = (expected: string): OptionFault => ({ path: "", expected });

/** `hostname` as `URL` normalises it: `127.1` is `127.0.0.1` by now, and IPv6 is in brackets. */
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
