import type { Json } from "@electrum-vouchers/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Exchange, checkExchange } from "../../test/exchange-check.ts";
import { provision, uuid } from "../../test/messages.ts";
import { stopAndCheckResources } from "../../test/stop-and-check.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { endpoints } from "../switch/operations.ts";
import { adminEndpoints } from "./admin-openapi.ts";
import { createOpenApi } from "./openapi.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(() => stopAndCheckResources(simulator));

const tolerant = { strict: false, additionalFields: [] };
const strict = { strict: true, additionalFields: [] };

const serialised = JSON.stringify(createOpenApi(tolerant));

describe("the OpenAPI document", () => {
  test("describes each of Electrum's operations that is served, once", () => {
    const described = [...serialised.matchAll(/"operationId":"(\w+)"/g)].map(([, operation]) => operation);
    expect(described).toHaveLength(endpoints.length);
    expect(new Set(described)).toEqual(new Set(endpoints.map(({ operation }) => operation)));
  });

  test("names no schema that it does not hold", () => {
    const named = [...serialised.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    const held =
      /"schemas":/.exec(serialised) === null ? [] : namesIn(createOpenApi(tolerant), "components", "schemas");
    expect(held).toEqual(expect.arrayContaining(named));
    expect(named.length).toBeGreaterThan(20);
  });

  test("is served, and says how the messages are read", async () => {
    const url = new URL("/openapi.json", simulator.url);
    expect(await (await fetch(url)).json()).toEqual(createOpenApi(tolerant));
    expect(createOpenApi(strict)).not.toEqual(createOpenApi(tolerant));
  });

  const requests = adminEndpoints.filter(({ path }) => path !== "/admin/restart" && path !== "/admin/events");
  const bodies: Readonly<Record<string, object>> = {
    "/admin/providers/{name}": { state: "slow", delayMs: 5 },
    "/admin/providers/{name}/profile": { takesRetries: false, window: 3 },
    "/admin/messaging/{user}": { messaging: "single" },
    "/admin/faults": { fault: { kind: "notJson" } },
  };

  test.each(requests)("describes what $method $path answers", async ({ method, path }) => {
    const target = path.replace("{name}", "Netcare").replace(/\{\w+\}/, "1");
    const body = method === "put" && path === "/admin/faults" ? { rules: [] } : bodies[path];
    const request = method === "get" || body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(new URL(target, simulator.url), {
      method: method.toUpperCase(),
      ...(request === undefined ? {} : { body: request }),
    });
    const exchange: Exchange = {
      method: method.toUpperCase(),
      path: target,
      ...(request === undefined ? {} : { request }),
      status: response.status,
      contentType: response.headers.get("content-type") ?? "application/json",
      response: await response.text(),
    };
    expect(() => checkExchange(exchange)).not.toThrow();
    expect(response.status).toBe(
      path === "/admin/vouchers/{code}" ? 404 : response.status < 300 ? response.status : 200,
    );
  });
});

describe("the check of an exchange refuses", () => {
  const sale = provision(uuid(1));
  const response = JSON.stringify({ ...sale, voucher: { code: "1" } });
  const exchange: Exchange = {
    method: "POST",
    path: "/suv/v1/vouchers",
    request: JSON.stringify(sale),
    status: 201,
    response,
  };

  test("nothing that is right", () => {
    expect(() => checkExchange(exchange)).not.toThrow();
  });

  test.each([
    ["a status that is not described", { status: 299 }, "does not describe"],
    ["a response without its voucher", { response: JSON.stringify(sale) }, "'voucher'"],
    ["a response with a field of nobody's", { response: response.replace("{", '{"colour":1,') }, "colour"],
    ["a request that should have been refused", { request: "{}" }, "'originator'"],
    ["a type of content that is not described", { contentType: "text/csv" }, "does not describe"],
    ["a path that is not described", { path: "/suv/v1/coupons" }, "does not describe"],
  ])("%s", (_, changes, because) => {
    expect(() => checkExchange({ ...exchange, ...changes })).toThrow(because);
  });

  test("what only Electrum's own stack reads, if the Swagger counts to the letter", () => {
    const request = JSON.stringify({ ...sale, basketRef: 7 });
    expect(() => checkExchange({ ...exchange, request })).not.toThrow();
    expect(() => checkExchange({ ...exchange, request }, strict)).toThrow("basketRef");
  });
});

function namesIn(document: Json, ...path: readonly string[]): readonly string[] {
  const found = path.reduce<Json | undefined>(
    (value, name) => (isJsonObject(value) ? value[name] : undefined),
    parseJson(JSON.stringify(document)),
  );
  return isJsonObject(found) ? Object.keys(found) : [];
}
