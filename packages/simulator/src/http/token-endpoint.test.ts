import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkExchange } from "../../test/exchange-check.ts";
import { provision, USER, uuid } from "../../test/messages.ts";
import { stopAndCheckResources } from "../../test/stop-and-check.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ tokenLifetimeSeconds: 60 });
});

afterEach(() => stopAndCheckResources(simulator));

async function ask(
  form: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: object }> {
  const response = await fetch(simulator.tokenUrl, { method: "POST", body: new URLSearchParams(form) });
  const text = await response.text();
  checkExchange({ method: "POST", path: "/oauth/token", status: response.status, response: text });
  const body = parseJson(text);
  return { status: response.status, body: isJsonObject(body) ? body : {} };
}

const grant = { grant_type: "password", username: USER, password: "any" };

const sell = async (token: unknown): Promise<Response> =>
  fetch(`${simulator.url}/vouchers`, {
    method: "POST",
    headers: { authorization: `Bearer ${String(token)}` },
    body: JSON.stringify(provision(uuid(1))),
  });

describe("a token", () => {
  test("stands for its user", async () => {
    const { status, body } = await ask(grant);
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: "Bearer", expires_in: 60 },
    });
    expect((await sell(Reflect.get(body, "access_token"))).status).toBe(201);
  });

  test("that is unknown or revoked gets a 401, and nothing is processed", async () => {
    const { body } = await ask(grant);
    expect((await fetch(`${simulator.adminUrl}/tokens`, { method: "DELETE" })).status).toBe(204);
    for (const token of [Reflect.get(body, "access_token"), "made-up"]) {
      const response = await sell(token);
      expect([response.status, response.headers.get("www-authenticate")]).toEqual([
        401,
        'Bearer error="invalid_token"',
      ]);
    }
    expect(simulator.world().recorded).toBe(0);
  });

  test("is over after its lifetime", () => {
    const tokens = createTokenEndpoint(60);
    const { body } = tokens.issue(new URLSearchParams(grant).toString(), 0);
    const issued = parseJson(body);
    const token = isJsonObject(issued) ? JSON.stringify(issued["access_token"]).slice(1, -1) : "";
    expect([tokens.userOf(token, 59_999), tokens.userOf(token, 60_000)]).toEqual([USER, undefined]);
  });

  test.each([
    [{ ...grant, grant_type: "client_credentials" }, "unsupported_grant_type"],
    [{ ...grant, username: "" }, "invalid_request"],
    [{ ...grant, username: "x".repeat(257) }, "invalid_request"],
    [{ ...grant, password: "" }, "invalid_request"],
  ])("is not issued for %o", async (form, error) => {
    expect(await ask(form)).toEqual({ status: 400, body: { error } });
  });

  test("is forgotten, the oldest first, once there are very many", () => {
    const tokens = createTokenEndpoint(60);
    const form = new URLSearchParams(grant).toString();
    const issued = Array.from({ length: 10_001 }, () => {
      const answer = parseJson(tokens.issue(form, 0).body);
      return isJsonObject(answer) ? JSON.stringify(answer["access_token"]).slice(1, -1) : "";
    });
    expect([issued[0], issued[1]].map((token) => tokens.userOf(token ?? "", 0))).toEqual([undefined, USER]);
  });
});
