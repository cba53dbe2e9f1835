import { readFileSync } from "node:fs";
import { type HttpResponse, type HttpRequest, type ProvisionRequest, parsePolicy } from "@electrum-vouchers/core";
import { expect, test } from "vitest";
import { sell } from "./sell.ts";

const readmeText = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

test("the README shows the example that is compiled and run here", () => {
  expect(readmeText).toContain(readFileSync(new URL("sell.ts", import.meta.url), "utf8"));
});

test("given an Electrum that does not answer at first, then the example retries, confirms and hands out the voucher", async () => {
  const sent: string[] = [];
  const due: (number | undefined)[] = [];
  const answers = [undefined, { status: 201, body: JSON.stringify({ id: request.id, voucher: { code: "4711" } }) }];
  const rules = parsePolicy({ retryBackoff: { initialMs: 0, multiplier: 1, maxMs: 0 } })._unsafeUnwrap();

  const code = await sell(request, rules, {
    save: async (_record, next) => {
      due.push(next?.at);
    },
    send: async ({ target }: HttpRequest): Promise<HttpResponse | undefined> => {
      sent.push(target);
      return answers[sent.length - 1];
    },
    sleepUntil: async () => {},
  });

  expect(code).toBe("4711");
  expect(sent).toEqual(["/vouchers", `/vouchers/${request.id}/retry`]);
  // Five steps: requesting, waiting, requesting again, issued (nothing due: the till decides), confirming.
  expect(due.map((at) => at !== undefined)).toEqual([true, true, true, false, true]);
});

const request: ProvisionRequest = {
  id: "7d9f3a52-5c1e-4a4b-9c5e-0f6a1b2c3d4e",
  time: "2026-01-01T09:00:00.000Z",
  originator: {
    institution: { id: "1", name: "Shop" },
    terminalId: "12345678",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: "shop", name: "Shop" },
  thirdPartyIdentifiers: [],
};
