import { expect, test } from "vitest";
import { confirmation, provision, uuid } from "../../test/messages.ts";
import { createInProcessTill } from "../../test/in-process-till.ts";
import { createWorld } from "../switch/world.ts";
import { renderTables } from "./render-tables.ts";

const noFaults = { plan: {}, matched: [], injected: { total: 0, byKind: {}, latest: [] } };

test("shows the vouchers, the providers, the last requests and the faults", () => {
  const till = createInProcessTill();
  till.post("/vouchers", provision(uuid(1)));
  till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
  till.setProvider("standard", { state: "down" });
  const request = { at: 0, user: "shop", method: "POST", target: "/vouchers", body: null, durationMs: 3 };
  const picture = renderTables({
    url: "http://127.0.0.1:8080/suv/v1",
    world: till.world(),
    requests: {
      total: 3,
      latest: [
        { ...request, operation: "provisionVoucher", response: { status: 201, body: null } },
        { ...request, target: "/nothing", response: { status: 404, body: null } },
        { ...request, operation: "confirmVoucher", fault: "reset" },
      ],
    },
    faults: { ...noFaults, injected: { total: 1, byKind: { reset: 1 }, latest: [] } },
  });
  expect(picture).toBe(
    [
      "Electrum simulator http://127.0.0.1:8080/suv/v1",
      "",
      "issued  open  confirmed  redeemed  refunded  reversed  toReconcile",
      "1       0     1          0         0         0         0",
      "",
      "provider  condition  queued  received",
      "standard  down       1       1",
      "Netcare   up         0       0",
      "Stellr    up         0       0",
      "",
      "3 requests, 1 faults · reset 1",
      "00:00:00.000  shop  provisionVoucher  201          3 ms",
      "00:00:00.000  shop  /nothing          404          3 ms",
      "00:00:00.000  shop  confirmVoucher    no response  3 ms  reset",
      "",
    ].join("\n"),
  );
});

test("shows a new simulator", () => {
  const picture = renderTables({
    url: "x",
    world: createWorld(),
    requests: { total: 0, latest: [] },
    faults: noFaults,
  });
  expect(picture).toContain("0 requests, 0 faults\n");
});

test("prints nothing raw that a caller sent", () => {
  const hostile = "\u001b[2J\n\u202e\u009b1A";
  const request = { at: 0, user: hostile, method: "POST", target: `/${hostile}`, body: null, durationMs: 3 };
  const picture = renderTables({
    url: "x",
    world: createWorld(),
    requests: { total: 1, latest: [{ ...request, response: { status: 404, body: null } }] },
    faults: noFaults,
  });
  expect(picture).not.toMatch(/[^\P{C}\n]/u);
  expect(picture).toContain("\\u{1b}[2J\\u{a}\\u{202e}\\u{9b}1A  /\\u{1b}");
});
