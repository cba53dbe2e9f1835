import { describe, expect, test } from "vitest";
import { transports } from "../test/port.ts";
import { createElectrumHttp, type ElectrumHttpOptions, type OptionFault } from "./index.ts";

const authorization = (): string => "Bearer token";

const faultsOf = (options: ElectrumHttpOptions): readonly OptionFault[] =>
  createElectrumHttp(options).match(
    () => [],
    (faults) => faults,
  );

describe("the base URL", () => {
  test.each([
    "https://sandbox.electrum.io/suv/v1",
    "https://sandbox.electrum.io/suv/v1/",
    "https://sandbox.electrum.io:8443",
    "http://localhost:8080/suv/v1",
    "http://127.0.0.1:8080/suv/v1",
    "http://127.255.3.4/suv/v1",
    "http://127.1/suv/v1",
    "http://[::1]:8080/suv/v1",
    "https://10.0.0.1/suv/v1",
  ])("%s is accepted", (baseUrl) => {
    expect(faultsOf({ baseUrl, authorization })).toEqual([]);
  });

  test.each([
    ["http://sandbox.electrum.io/suv/v1", "https"],
    ["http://128.0.0.1/suv/v1", "https"],
    ["http://127.0.0.1.example.org/suv/v1", "https"],
    ["http://localhost.example.org/suv/v1", "https"],
    ["http://[::2]/suv/v1", "https"],
    ["ftp://localhost/suv/v1", "https"],
    ["localhost:8080", "https"],
    ["", "must be a URL"],
    ["/suv/v1", "must be a URL"],
    ["https://", "must be a URL"],
    ["https://user:hunter2@sandbox.electrum.io/suv/v1", "no user name or password"],
    ["https://user@sandbox.electrum.io/suv/v1", "no user name or password"],
    ["https://sandbox.electrum.io/suv/v1?key=hunter2", "no query and no fragment"],
    ["https://sandbox.electrum.io/suv/v1?", "no query and no fragment"],
    ["https://sandbox.electrum.io/suv/v1#hunter2", "no query and no fragment"],
  ])("%j is refused: %s", (baseUrl, expected) => {
    const faults = faultsOf({ baseUrl, authorization });

    expect(faults.map(({ path }) => path)).toEqual(["baseUrl"]);
    expect(faults[0]?.expected).toContain(expected);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });
});

test("every fault is reported at once", () => {
  const faults = faultsOf({ baseUrl: "http://user:hunter2@example.org?a", authorization, maxBodyBytes: 0.5 });

  expect(faults.map(({ path }) => path)).toEqual(["baseUrl", "baseUrl", "baseUrl", "maxBodyBytes"]);
});

test("a value of a wrong type is reported to a caller without types", () => {
  const faults = faultsOf({
    baseUrl: "https://electrum.invalid",
    // @ts-expect-error -- a value instead of a function
    authorization: "Bearer hunter2",
    // @ts-expect-error -- text instead of a number
    maxBodyBytes: "1",
    // @ts-expect-error -- a time instead of a clock
    now: 0,
    // @ts-expect-error -- an unknown name
    transport: "hunter2",
    // @ts-expect-error -- an object instead of a function
    fetch: {},
  });

  expect(faults.map(({ path }) => path)).toEqual(["authorization", "maxBodyBytes", "now", "transport", "fetch"]);
  expect(JSON.stringify(faults)).not.toContain("hunter2");
});

test("an option of an unknown name is reported: a mistyped one would go unnoticed", () => {
  const mistyped: object = { maxBodyByte: 5 };
  expect(faultsOf({ baseUrl: "https://electrum.invalid", authorization, ...mistyped })).toEqual([
    { path: "maxBodyByte", expected: "is not a known option" },
  ]);
});

describe("the transport", () => {
  const baseUrl = "https://electrum.invalid";

  test.each(transports)("%s is accepted", (transport) => {
    expect(faultsOf({ baseUrl, authorization, transport })).toEqual([]);
  });

  test("node refuses a fetch, rather than ignore it: it may lead to a proxy", () => {
    expect(faultsOf({ baseUrl, authorization, transport: "node", fetch: globalThis.fetch })).toEqual([
      { path: "fetch", expected: 'must be absent with the transport "node", which does not use it' },
    ]);
  });
});
