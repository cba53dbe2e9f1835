import type { NoResponseCause } from "@electrum-vouchers/core";

/**
 * Why there is no response, by the error that the transport threw. Only error codes are read: error messages hold URLs, and a
 * lookup's URL holds the voucher code. An unknown error is `interrupted`, which claims least.
 */
export const classifyError = (thrown: unknown): NoResponseCause => findCause(thrown, MAX_DEPTH) ?? "interrupted";

/** ky's error wraps fetch's, that wraps the socket's, and that may hold one for each address: four levels. Errors may be circular. */
const MAX_DEPTH = 8;

/** A host has few addresses, and the first error that is known decides. */
const MAX_AGGREGATED = 8;

function findCause(thrown: unknown, depth: number): NoResponseCause | undefined {
  if (depth === 0 || typeof thrown !== "object" || thrown === null) return undefined;
  const known = classifyCode(
    "code" in thrown ? thrown.code : undefined,
    "syscall" in thrown ? thrown.syscall : undefined,
  );
  if (known !== undefined) return known;
  const aggregated: readonly unknown[] = "errors" in thrown && Array.isArray(thrown.errors) ? thrown.errors : [];
  for (const inner of ["cause" in thrown ? thrown.cause : undefined, ...aggregated.slice(0, MAX_AGGREGATED)]) {
    const cause = findCause(inner, depth - 1);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function classifyCode(code: unknown, syscall: unknown): NoResponseCause | undefined {
  if (typeof code === "string" && local.has(code)) return "cannotSend";
  // The same code may mean that no connection was made (a connect that timed out), or that one broke.
  if (syscall === "connect" || syscall === "getaddrinfo") return "unreachable";
  if (typeof code !== "string") return undefined;
  return INSECURE.test(code) ? "insecure" : limits.get(code);
}

/** What lies with this machine, whatever it was about to do: descriptors, memory, ports, network, a firewall of its own. */
const local: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "ENETDOWN",
  "ENETUNREACH",
  "EACCES",
  "EPERM",
]);

/** Errors of TLS and of the certificate check. Node uses OpenSSL's names, and `UNSPECIFIED` for those without one. */
const INSECURE =
  /^(ERR_(TLS|SSL)_.*|EPROTO|(CERT|CRL|UNABLE_TO)_.*|ERROR_IN_(CERT|CRL)_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED)$/;

/** Bounds of undici, which implements `fetch`, and of Node's HTTP parser. */
const limits: ReadonlyMap<string, NoResponseCause> = new Map([
  ["UND_ERR_CONNECT_TIMEOUT", "unreachable"],
  ["UND_ERR_HEADERS_TIMEOUT", "deadline"],
  ["UND_ERR_BODY_TIMEOUT", "deadline"],
  ["UND_ERR_HEADERS_OVERFLOW", "tooLarge"],
  ["HPE_HEADER_OVERFLOW", "tooLarge"],
]);
