import { expect, test, vi } from "vitest";
import {
  failure,
  html,
  provisionRequest,
  redemptionRequest,
  secrets,
  tenders,
  uuid,
  voucherLookup,
} from "../test/messages.ts";
import { never, type Script } from "../test/scripted-electrum.ts";
import { createShop, OPENS_AT } from "../test/shop.ts";
import type { Observer, RuntimeEvent } from "./index.ts";

test("given a sale, then its observer is told of every step, every message and every answer, in order", async () => {
  const shop = createShop({
    script: ({ operation }) => (operation === "provisionVoucher" ? { afterMs: 200 } : undefined),
  });
  const till = await shop.open();
  const sale = await shop.done(till.provision(provisionRequest()));
  await shop.done(till.confirm(sale.id, tenders));
  await shop.clock.advance(0);

  const id = uuid(1);
  const [at, later] = [OPENS_AT, OPENS_AT + 200];
  const step = { type: "step", id, kind: "provision", attention: false } as const;
  const events: readonly RuntimeEvent[] = [
    { ...step, version: 1, to: "requesting", because: "start", at },
    { type: "sent", id, operation: "provisionVoucher", attempt: 0, at },
    {
      type: "answered",
      id,
      operation: "provisionVoucher",
      attempt: 0,
      outcome: { status: 201 },
      tookMs: 200,
      at: later,
    },
    { ...step, version: 2, from: "requesting", to: "issued", because: "reply", at: later },
    { ...step, version: 3, from: "issued", to: "confirming", because: "confirm", at: later },
    { type: "sent", id, operation: "confirmVoucher", attempt: 0, at: later },
    { type: "answered", id, operation: "confirmVoucher", attempt: 0, outcome: { status: 202 }, tookMs: 0, at: later },
    { ...step, version: 4, from: "confirming", to: "confirmed", because: "adviceAnswered", at: later },
  ];
  expect(shop.events).toEqual(events);
});

test("given deliveries that fail, then its observer is told what was not acknowledged, and when it goes out again", async () => {
  const shop = createShop({
    script: ({ operation }, nth) =>
      operation === "confirmVoucher" && nth === 0 ? { silence: "unreachable" } : undefined,
  });
  const till = await shop.open();
  const sale = await shop.done(till.provision(provisionRequest()));
  await shop.done(till.confirm(sale.id, tenders));
  await shop.clock.advance(10_000);

  const told = shop.events.filter(({ type }) => type !== "step" && type !== "sent").slice(1);
  expect(told).toMatchObject([
    { type: "answered", operation: "confirmVoucher", attempt: 0, outcome: { silence: "unreachable" } },
    { type: "forwarder", status: "probing" },
    { type: "adviceRepeats", operation: "confirmVoucher", notBefore: OPENS_AT },
    { type: "answered", operation: "confirmVoucher", attempt: 1, outcome: { status: 202 } },
    { type: "forwarder", status: "forwarding" },
  ]);
});

/** Everything that can go wrong, in turn. */
const ugly: Script = (_, nth) =>
  [never, { answer: html(404) }, { answer: failure(500, "GENERAL_ERROR") }, { silence: "interrupted" } as const][nth];

test.each([
  ["all is well", () => undefined],
  ["all goes wrong first", ugly],
  ["everything is declined", () => ({ answer: failure(400, "INVALID_VOUCHER") })],
] as const satisfies readonly (readonly [string, Script])[])(
  "given secrets everywhere, when %s, then no event and no error shows one",
  async (_, script) => {
    const shop = createShop({ script });
    const till = await shop.open();
    const [sale, redemption] = [uuid(1), uuid(2)];
    const results = [
      await shop.settled(till.provision(provisionRequest(sale))),
      await shop.settled(till.provision(provisionRequest(sale, 1))),
      await shop.settled(till.confirm(sale, tenders)),
      await shop.settled(till.confirm(sale, [])),
      await shop.settled(till.confirmRedemption(sale)),
      await shop.settled(till.cancel(sale)),
      await shop.settled(till.lookUp(voucherLookup, redemption)),
      await shop.settled(till.redeem(redemptionRequest(redemption, "SECRET-OTHER-CODE"))),
      await shop.settled(till.redeem(redemptionRequest(redemption))),
      await shop.settled(till.confirm(redemption, tenders)),
      await shop.settled(till.confirmRedemption(redemption)),
      await shop.settled(till.provision({ ...provisionRequest(sale), voucher: { code: secrets.code.repeat(9) } })),
    ];
    await shop.clock.advance(60 * 60_000);
    await shop.damage(sale);
    results.push(await shop.settled(till.cancel(sale)));

    const errors = results.filter((result) => result.isErr()).map(({ error }) => error);
    expect(errors.length).toBeGreaterThan(5);
    const shown = JSON.stringify([shop.events, errors]);
    for (const secret of [...Object.values(secrets), "SECRET-OTHER-CODE"]) expect(shown).not.toContain(secret);
  },
);

const full = new Error("the log is full");

const failingObservers: readonly (readonly [string, Observer])[] = [
  [
    "throws",
    () => {
      throw full;
    },
  ],
  // oxlint-disable-next-line typescript/strict-void-return -- the mistake this test is about
  ["is async and rejects", () => Promise.reject(full)],
];

test.each(failingObservers)(
  "given an observer that %s, then no transaction is harmed, and its owner is warned once",
  async (_, observe) => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    const shop = createShop();
    const till = await shop.open({ observe });

    const sale = await shop.done(till.provision(provisionRequest()));
    await shop.done(till.confirm(sale.id, tenders));
    await shop.clock.advance(0);

    expect((await shop.stored(sale.id)).state).toBe("confirmed");
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  },
);

test("given a port that throws in the background, then a person is told where, without its words, and the till goes on", async () => {
  const shop = createShop();
  const till = await shop.open({
    electrum: {
      ...shop.electrum,
      send: (outgoing, deadlineAt) => {
        if (outgoing.operation !== "confirmVoucher") return shop.electrum.send(outgoing, deadlineAt);
        throw new TypeError(`cannot send ${JSON.stringify(outgoing.message)}, nor ${secrets.code}`);
      },
    },
  });
  const sale = await shop.done(till.provision(provisionRequest()));
  await shop.done(till.confirm(sale.id, tenders));
  await shop.clock.advance(0);

  const alert = shop.events.find(({ type }) => type === "alert");
  expect(alert).toMatchObject({ alert: { reason: "unexpected", id: sale.id } });
  expect(JSON.stringify(alert)).toContain("TypeError");
  expect(JSON.stringify(alert)).toContain("observer.test.ts");
  expect(JSON.stringify(alert)).not.toContain(secrets.code);
  expect((await shop.done(till.provision(provisionRequest(uuid(2))))).state).toBe("issued");
});
