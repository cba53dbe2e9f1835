import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classifyError } from "./no-response.ts";

const createFetchError = (cause: object): unknown => new TypeError("fetch failed", { cause });
const createCodedError = (code: string): unknown => createFetchError(Object.assign(new Error("any"), { code }));

describe("the cause of an error", () => {
  test.each([
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_GET_CRL",
    "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
    "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
    "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "CERT_SIGNATURE_FAILURE",
    "CERT_NOT_YET_VALID",
    "CERT_HAS_EXPIRED",
    "CERT_CHAIN_TOO_LONG",
    "CERT_REVOKED",
    "CERT_UNTRUSTED",
    "CERT_REJECTED",
    "CRL_SIGNATURE_FAILURE",
    "CRL_NOT_YET_VALID",
    "CRL_HAS_EXPIRED",
    "ERROR_IN_CERT_NOT_BEFORE_FIELD",
    "ERROR_IN_CERT_NOT_AFTER_FIELD",
    "ERROR_IN_CRL_LAST_UPDATE_FIELD",
    "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "INVALID_CA",
    "INVALID_PURPOSE",
    "PATH_LENGTH_EXCEEDED",
    "HOSTNAME_MISMATCH",
    "UNSPECIFIED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "EPROTO",
  ])("%s is insecure", (code) => {
    expect(classifyError(createCodedError(code))).toBe("insecure");
  });

  test.each([
    ["UND_ERR_CONNECT_TIMEOUT", "unreachable"],
    ["UND_ERR_HEADERS_TIMEOUT", "deadline"],
    ["UND_ERR_BODY_TIMEOUT", "deadline"],
    ["UND_ERR_HEADERS_OVERFLOW", "tooLarge"],
    ["HPE_HEADER_OVERFLOW", "tooLarge"],
    ["HPE_INVALID_CONSTANT", "interrupted"],
    ["UND_ERR_SOCKET", "interrupted"],
    ["ECONNRESET", "interrupted"],
    ["EPIPE", "interrupted"],
    ["Z_DATA_ERROR", "interrupted"],
    ["SOMETHING_NEW", "interrupted"],
  ])("%s is %s", (code, cause) => {
    expect(classifyError(createCodedError(code))).toBe(cause);
  });

  test.each(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "EACCES", "EPERM"])(
    "%s lies with this machine: it cannot send",
    (code) => {
      for (const syscall of ["connect", "socket", "getaddrinfo", "open"])
        expect(classifyError(createFetchError({ code, syscall }))).toBe("cannotSend");
    },
  );

  test.each(["ECONNREFUSED", "EHOSTUNREACH", "ETIMEDOUT", "ECONNRESET"])(
    "%s while connecting is unreachable",
    (code) => {
      expect(classifyError(createFetchError({ code, syscall: "connect" }))).toBe("unreachable");
    },
  );

  test.each(["ENOTFOUND", "EAI_AGAIN"])("%s while resolving the name is unreachable", (code) => {
    expect(classifyError(createFetchError({ code, syscall: "getaddrinfo" }))).toBe("unreachable");
  });

  test("ETIMEDOUT on an open connection is interrupted", () => {
    expect(classifyError(createFetchError({ code: "ETIMEDOUT", syscall: "read" }))).toBe("interrupted");
  });

  test("a host with no reachable address is unreachable", () => {
    const refused = { code: "ECONNREFUSED", syscall: "connect" };

    expect(classifyError(createFetchError(new AggregateError([refused, refused])))).toBe("unreachable");
  });

  test("an error that is its own cause is interrupted", () => {
    const round = new Error("round");
    round.cause = new AggregateError([round, round]);

    expect(classifyError(round)).toBe("interrupted");
  });

  test("anything else is interrupted, and nothing throws", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(classifyError(thrown)).toBe("interrupted");
      }),
    );
  });
});
