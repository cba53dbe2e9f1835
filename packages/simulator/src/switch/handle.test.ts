import type { JsonObject } from "@electrum-vouchers/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advice,
  confirmation,
  netcareReceiver,
  standardReceiver,
  provision,
  redemption,
  refund,
  reversal,
  stellrReceiver,
  USER,
  uuid,
} from "../../test/messages.ts";
import { type TestResponse, fromSwitchResponse, valueAt, textAt } from "../../test/http-till.ts";
import { computeBalance } from "./balance.ts";
import { deliverNextAdvice } from "./forward.ts";
import { handle, type SwitchRequest } from "./handle.ts";
import { setCondition } from "./providers.ts";
import { type ProviderCondition, providerNames } from "./provider-profiles.ts";
import { createWorld, clearWorld, type World } from "./world.ts";

type Action =
  | { readonly type: "request"; readonly request: SwitchRequest }
  | { readonly type: "condition"; readonly name: (typeof providerNames)[number]; readonly condition: ProviderCondition }
  | { readonly type: "deliver"; readonly name: (typeof providerNames)[number] };

// Few ids and codes, so that messages are about the same transactions.
const id = fc.integer({ min: 1, max: 4 }).map(uuid);
const adviceId = fc.integer({ min: 11, max: 14 }).map(uuid);
const code = fc.constantFrom("A", "B");
const receiver = fc.constantFrom(standardReceiver, netcareReceiver, stellrReceiver);
const user = fc.constantFrom(USER, "another");

const post = (target: string, message: object, by: string): SwitchRequest => ({
  method: "POST",
  target,
  body: JSON.stringify({ ...message, ...("client" in message ? { client: { id: by, name: "" } } : {}) }),
  user: by,
  at: 0,
});

const request: fc.Arbitrary<SwitchRequest> = fc.oneof(
  fc
    .tuple(id, code, receiver, user)
    .map(([each, chosen, to, by]) =>
      post("/vouchers", provision(each, { voucher: { code: chosen }, receiver: to }), by),
    ),
  fc
    .tuple(id, code, receiver, user)
    .map(([each, chosen, to, by]) =>
      post(`/vouchers/${each}/retry`, provision(each, { voucher: { code: chosen }, receiver: to }), by),
    ),
  fc
    .tuple(adviceId, id, user)
    .map(([each, about, by]) => post("/vouchers/confirmations", confirmation(each, about), by)),
  fc.tuple(adviceId, id, user).map(([each, about, by]) => post("/vouchers/reversals", reversal(each, about), by)),
  fc
    .tuple(id, code, receiver, user)
    .map(([each, of, to, by]) => post("/redemptions", redemption(each, of, { receiver: to }), by)),
  fc.tuple(adviceId, id, user).map(([each, about, by]) => post("/redemptions/confirmations", advice(each, about), by)),
  fc.tuple(adviceId, id, user).map(([each, about, by]) => post("/redemptions/reversals", reversal(each, about), by)),
  fc.tuple(id, code, user).map(([each, of, by]) => post("/refunds", refund(each, of), by)),
  fc.tuple(adviceId, id, user).map(([each, about, by]) => post("/refunds/confirmations", advice(each, about), by)),
  fc.tuple(adviceId, id, user).map(([each, about, by]) => post("/refunds/reversals", reversal(each, about), by)),
  fc.tuple(code, user).map(([of, by]) => ({ method: "GET", target: `/vouchers?voucherCode=${of}`, user: by, at: 0 })),
  fc.tuple(id, user).map(([each, by]) => ({ method: "GET", target: `/redemptions/${each}`, user: by, at: 0 })),
);

const condition: fc.Arbitrary<ProviderCondition> = fc.constantFrom<ProviderCondition>(
  { state: "up" },
  { state: "up" },
  { state: "slow", delayMs: 10 },
  { state: "slow", delayMs: 1_000 },
  { state: "down" },
  { state: "declining" },
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant("request" as const), request }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("condition" as const),
      name: fc.constantFrom(...providerNames),
      condition,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("deliver" as const), name: fc.constantFrom(...providerNames) }),
  },
);

const play = (world: World, each: Action): World => {
  switch (each.type) {
    case "request":
      return handle(world, each.request).world;
    case "condition":
      return setCondition(world, each.name, each.condition);
    case "deliver":
      return deliverNextAdvice(world, each.name, 0).world;
  }
};

/** Notes the voucher that a request got, and the advice that was applied to it. */
function noteResponse(
  { user: by, target }: SwitchRequest,
  response: TestResponse,
  note: (key: string, text: string) => void,
): void {
  const advice = /^\/vouchers\/(confirmations|reversals)$/.exec(target)?.[1];
  if (advice !== undefined && response.status === 202)
    note(`${by}/${textAt(response.body, "requestId")}/settled`, advice);
  const isApproval = [200, 201].includes(response.status) && "id" in response.body;
  if (isApproval && target.startsWith("/vouchers")) {
    note(`${by}/${textAt(response.body, "id")}/voucher`, textAt(response.body, "voucher.code"));
  }
}

const settings = { upstreamDeadlineMs: 100, singleMessagingUsers: ["another"] };

/** Vouchers A and B, confirmed, of a provision that no later message is about. */
const stocked = ["A", "B"].reduce((world, each, index) => {
  const [sold, confirmed] = [uuid(21 + index), uuid(31 + index)];
  const sale = post("/vouchers", provision(sold, { voucher: { code: each } }), USER);
  const settled = post("/vouchers/confirmations", confirmation(confirmed, sold), USER);
  return handle(handle(world, sale).world, settled).world;
}, createWorld(settings));

describe("handle", { timeout: 60_000 }, () => {
  test("is pure: it does not change the world, and gives the same result again", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40, size: "max" }), request, (actions, last) => {
        const world = actions.reduce(play, createWorld(settings));
        const before = JSON.stringify(world);
        const first = handle(world, last);
        expect(JSON.stringify(world)).toBe(before);
        expect(handle(world, last)).toEqual(first);
      }),
    );
  });

  test.each([
    ["an empty ledger", createWorld(settings)],
    ["vouchers that can be redeemed", stocked],
  ])("keeps books that balance, whatever is sent in whatever order: from %s", (_, start) => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80, size: "max" }), (actions) => {
        let world = start;
        for (const each of actions) {
          world = play(world, each);
          const { issued, open, confirmed, redeemed, refunded, reversed, discrepancies } = computeBalance(world);
          expect(discrepancies).toEqual([]);
          expect(open + confirmed + redeemed + refunded + reversed).toBe(issued);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("never gives one request two vouchers, and never both confirms and reverses one", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80, size: "max" }), (actions) => {
        const given = new Map<string, Set<string>>();
        const note = (key: string, text: string): void => {
          given.set(key, (given.get(key) ?? new Set()).add(text));
        };
        let world = createWorld(settings);
        for (const each of actions) {
          if (each.type === "request")
            noteResponse(each.request, fromSwitchResponse(handle(world, each.request).response), note);
          world = play(world, each);
        }
        expect([...given].filter(([, different]) => different.size > 1)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("responds to every request, and never with a 5xx of its own", () => {
    const anyTarget = fc.oneof(
      fc.string(),
      fc.webPath(),
      fc.constantFrom(
        "/vouchers",
        "/vouchers/%E0%A4%A/retry",
        "/vouchers//retry",
        "/redemptions/%2e%2e",
        "/refunds?a=%",
      ),
    );
    const anyBody = fc.oneof(fc.string(), fc.json(), fc.constantFrom('{"__proto__":{"id":1}}', "null", "[null]", "{"));
    fc.assert(
      fc.property(fc.constantFrom("GET", "POST", "PUT", "x"), anyTarget, anyBody, (method, target, body) => {
        const { response } = handle(createWorld(), { method, target, body, user: USER, at: 0 });
        expect([400, 404, 405]).toContain(response.status);
      }),
      { numRuns: 300 },
    );
  });

  test("accepts a message with extreme nesting", () => {
    const body = `{"id":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    expect(
      handle(createWorld(), { method: "POST", target: "/vouchers", body, user: USER, at: 0 }).response.status,
    ).toBe(400);
  });

  test("treats a null field as absent", () => {
    const message = { ...provision(uuid(1)), product: null, receiver: null };
    const { response } = handle(createWorld(), post("/vouchers", message, USER));
    const { status, body } = fromSwitchResponse(response);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty("product");
    expect(handle(createWorld(), post("/vouchers", { ...message, time: null }, USER)).response.status).toBe(400);
    expect(
      handle(createWorld(), post("/vouchers", { ...message, thirdPartyIdentifiers: [null] }, USER)).response.status,
    ).toBe(400);
  });

  test("distinguishes an unknown path from a wrong method", () => {
    const response = (method: string, target: string): JsonObject => {
      const { status, allow = [] } = handle(createWorld(), { method, target, user: USER, at: 0 }).response;
      return { status, allow };
    };
    expect(response("GET", "/nothing")).toEqual({ status: 404, allow: [] });
    expect(response("PUT", "/vouchers")).toEqual({ status: 405, allow: ["POST", "GET"] });
    expect(response("GET", "/refunds")).toEqual({ status: 405, allow: ["POST"] });
  });
});

describe("the ledger's bound", () => {
  test("a request for one transaction more gets a 503, and known transactions go on", () => {
    let world = createWorld({ maxTransactions: 2 });
    const send = (target: string, message: object): number => {
      const handled = handle(world, post(target, message, USER));
      world = handled.world;
      return handled.response.status;
    };
    expect([1, 2, 3].map((number) => send("/vouchers", provision(uuid(number))))).toEqual([201, 201, 503]);
    expect(send("/vouchers/reversals", reversal(uuid(11), uuid(3)))).toBe(503);
    expect(send("/vouchers/confirmations", confirmation(uuid(12), uuid(1)))).toBe(202);
  });

  test("a transaction keeps the last events of its history", () => {
    const actions = Array.from(
      { length: 10 },
      (): Action => ({
        type: "request",
        request: post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)), USER),
      }),
    );
    const start = handle(createWorld({ maxHistory: 3 }), post("/vouchers", provision(uuid(1)), USER)).world;
    expect(JSON.stringify(actions.reduce(play, start)).match(/202 again/g)).toHaveLength(3);
  });
});

test("a switch that lost its memory has no transactions, keeps its settings, and issues no code twice", () => {
  const first = handle(createWorld(settings), post("/vouchers", provision(uuid(1)), USER));
  const lost = clearWorld(setCondition(first.world, "Stellr", { state: "down" }));
  expect(computeBalance(lost).issued).toBe(0);
  expect(lost.settings).toEqual(first.world.settings);
  expect(lost.providers.Stellr.condition).toEqual({ state: "down" });
  const second = handle(lost, post("/vouchers", provision(uuid(1)), USER));
  expect(second.response.status).toBe(201);
  expect(valueAt(fromSwitchResponse(second.response).body, "voucher.code")).not.toBe(
    valueAt(fromSwitchResponse(first.response).body, "voucher.code"),
  );
});
