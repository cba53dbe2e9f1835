import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONDITIONS, FAULTS, OPERATIONS } from "../page/choices.ts";
import { confirmation, provision, uuid } from "../../test/messages.ts";
import { createHttpTill, type HttpTill } from "../../test/http-till.ts";
import { stopAndCheckResources, waitUntil } from "../../test/stop-and-check.ts";
import { faultKinds } from "../faults/fault.ts";
import { readRule } from "../faults/plan.ts";
import { parseJson } from "../json.ts";
import { validate } from "../messages/check.ts";
import { endpoints } from "../switch/operations.ts";
import { conditionCheck } from "./admin-checks.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

let simulator: Simulator;
let till: HttpTill;

beforeEach(async () => {
  simulator = await startSimulator();
  till = createHttpTill(simulator.url);
});

afterEach(() => stopAndCheckResources(simulator));

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(new URL(path, simulator.url), { headers });

const toJson = (value: object) => parseJson(JSON.stringify(value)) ?? null;

describe("the page", () => {
  test("loads what it needs from the simulator, and nothing from elsewhere", async () => {
    const page = await (await get("/")).text();
    const parts = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(parts).toEqual(["page.css", "page.js"]);
    for (const path of ["/", "/page.css", "/page.js", "/choices.js"]) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await response.text()).not.toMatch(/https?:\/\//);
    }
  });

  test("is a program that a browser can run: no types, and imports that are served", async () => {
    const program = await (await get("/page.js")).text();
    expect(program).not.toContain(": string");
    expect([...program.matchAll(/from "\.(.*)"/g)].map(([, path]) => path)).toEqual(["/choices.js"]);
  });

  test("writes text as text, never as markup", () => {
    const source = readFileSync(new URL("../page/page.ts", import.meta.url), "utf8");
    expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  test("offers faults, operations and conditions that the simulator takes, and every kind of fault", () => {
    expect(FAULTS.map(([, fault]) => readRule(toJson({ fault, times: 1 })).type)).toEqual(FAULTS.map(() => "valid"));
    expect(new Set(FAULTS.map(([, { kind }]) => kind))).toEqual(new Set(faultKinds));
    expect(OPERATIONS.toSorted()).toEqual(endpoints.map(({ operation }) => operation).toSorted());
    expect(CONDITIONS.map((each) => validate(conditionCheck, toJson(each)).type)).toEqual(
      CONDITIONS.map(() => "valid"),
    );
  });

  test.each(["/", "/page.js", "/openapi.json", "/admin/events"])(
    "%s is not for a page of another site",
    async (path) => {
      expect((await get(path, { origin: "http://attacker.example" })).status).toBe(403);
    },
  );
});

test("the health is told to whoever asks, and nothing else is", async () => {
  const response = await get("/health", { origin: "http://attacker.example" });
  expect([response.status, await response.json()]).toEqual([200, { status: "up" }]);
});

/** Listens until `stop`, and keeps the events. */
async function listen(): Promise<{ readonly events: readonly object[]; readonly stop: () => void }> {
  const abort = new AbortController();
  const response = await fetch(`${simulator.adminUrl}/events`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events: object[] = [];
  void readEvents(response, events).catch(() => undefined);
  return { events, stop: () => abort.abort() };
}

async function readEvents(response: Response, events: object[]): Promise<void> {
  let text = "";
  const chunks: AsyncIterable<string> | undefined = response.body?.pipeThrough(new TextDecoderStream());
  for await (const chunk of chunks ?? []) {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const event = parseJson(part.replace(/^data: /, ""));
      if (typeof event === "object" && event !== null) events.push(event);
    }
  }
}

describe("the events", () => {
  test("tell each message as it comes, goes on to the provider, and is answered", async () => {
    const { events, stop } = await listen();
    await till.post("/vouchers", provision(uuid(1)));
    await till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    await waitUntil(() => events.filter((event) => "provider" in event).length === 2);
    stop();
    const told = events.filter((event) => Reflect.get(event, "type") !== "changed");
    expect(told).toMatchObject([
      { type: "request", operation: "provisionVoucher", id: uuid(1), user: "shop" },
      { type: "provider", provider: "standard", operation: "provisionVoucher", id: uuid(1) },
      { type: "response", operation: "provisionVoucher", status: 201 },
      { type: "request", operation: "confirmVoucher", id: uuid(11) },
      { type: "response", operation: "confirmVoucher", status: 202 },
      { type: "provider", operation: "confirmVoucher", requestId: uuid(1) },
    ]);
  });

  test("name a fault, an error, and a response that never went", async () => {
    simulator.addFault({ match: { operation: "provisionVoucher" }, fault: { kind: "reset", processed: false } });
    const { events, stop } = await listen();
    await expect(till.post("/vouchers", provision(uuid(1)))).rejects.toThrow("fetch failed");
    await till.post("/redemptions", { ...provision(uuid(2)), voucher: { code: "1" } });
    await waitUntil(() => events.filter((event) => Reflect.get(event, "type") === "response").length === 2);
    stop();
    expect(events.filter((event) => Reflect.get(event, "type") === "response")).toEqual([
      expect.not.objectContaining({ status: expect.anything() }),
      expect.objectContaining({ status: 400, errorType: "VOUCHER_NOT_REDEEMABLE" }),
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: "response", fault: "reset" }));
  });

  test("hold no voucher's code", async () => {
    const { events, stop } = await listen();
    const { body } = await till.post("/vouchers", provision(uuid(1), { voucher: { code: "SECRET-CODE" } }));
    expect(JSON.stringify(body)).toContain("SECRET-CODE");
    await till.get("/vouchers?voucherCode=SECRET-CODE");
    await waitUntil(() => events.filter((event) => Reflect.get(event, "type") === "response").length === 2);
    stop();
    expect(JSON.stringify(events)).not.toContain("SECRET");
  });

  test("have a bounded number of listeners, and one that goes makes room", async () => {
    const listeners = await Promise.all(Array.from({ length: 32 }, listen));
    const refused = await fetch(`${simulator.adminUrl}/events`);
    expect(refused.status).toBe(503);
    listeners[0]?.stop();
    await waitUntil(async () => {
      const abort = new AbortController();
      const response = await fetch(`${simulator.adminUrl}/events`, { signal: abort.signal });
      abort.abort();
      return response.status === 200;
    });
    for (const { stop } of listeners) stop();
  });
});
