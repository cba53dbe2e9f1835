import type { NoResponseCause } from "@electrum-vouchers/core";

/**
 * Why a message was not answered, as far as what it threw tells. Only codes are read: messages hold URLs, and a lookup's holds the voucher
 * code. Whatever is not known is `interrupted`, which claims least: a connection there may have been, an answer there was none.
 */
export const classifyError = (thrown: unknown): NoResponseCause => firstKnown(thrown, MAX_DEPTH) ?? "interrupted";

/** ky wraps fetch's error, which wraps the socket's, which may gather one for each address: four. Errors may go round in circles. */
const MAX_DEPTH = 8;

/** A host has few addresses, and the first known one decides. */
const MAX_GATHERED = 8;

function firstKnown(thrown: unknown, depth: number): NoResponseCause | undefined {
  if (depth === 0 || typeof thrown !== "object" || thrown === null) return undefined;
  const known = read("code" in thrown ? thrown.code : undefined, "syscall" in thrown ? thrown.syscall : undefined);
  if (known !== undefined) return known;
  const gathered: readonly unknown[] = "errors" in thrown && Array.isArray(thrown.errors) ? thrown.errors : [];
  for (const inner of ["cause" in thrown ? thrown.cause : undefined, ...gathered.slice(0, MAX_GATHERED)]) {
    const cause = firstKnown(inner, depth - 1);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function read(code: unknown, syscall: unknown): NoResponseCause | undefined {
  // The same code may come from a connection that never was (a connect that timed out) and from one that broke.
  if (syscall === "connect" || syscall === "getaddrinfo") return "unreachable";
  if (typeof code !== "string") return undefined;
  return INSECURE.test(code) ? "insecure" : limits.get(code);
}

/** TLS's own errors, and those of the certificate check: Node gives them OpenSSL's names, and `UNSPECIFIED` where it has none. */
const INSECURE =
  /^(ERR_(TLS|SSL)_.*|EPROTO|(CERT|CRL|UNABLE_TO)_.*|ERROR_IN_(CERT|CRL)_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED)$/;

/** Bounds that undici, the machine under `fetch`, and Node's own parser set. */
const limits: ReadonlyMap<string, NoResponseCause> = new Map([
  ["UND_ERR_CONNECT_TIMEOUT", "unreachable"],
  ["UND_ERR_HEADERS_TIMEOUT", "deadline"],
  ["UND_ERR_BODY_TIMEOUT", "deadline"],
  ["UND_ERR_HEADERS_OVERFLOW", "tooLarge"],
  ["HPE_HEADER_OVERFLOW", "tooLarge"],
]);
