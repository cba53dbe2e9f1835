import { readFileSync } from "node:fs";
import type { HttpRequest, HttpResponse } from "@electrum-vouchers/core";
import { parsePolicy } from "@electrum-vouchers/core";
import { expect, test } from "vitest";
import { type Row, sell, takeUpDueWork, type Yours } from "../../consumer/core-alone.ts";
import { provisionRequest } from "./provision-request.ts";

const readmeText = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

test.each(["sell-a-voucher.ts", "core-alone.ts"])("the README shows %s, which is compiled and run", (program) => {
  expect(readmeText).toContain(readFileSync(new URL(`../../consumer/${program}`, import.meta.url), "utf8"));
});

test("given an Electrum that does not answer at first, then the core alone retries, sells, and repeats the confirmation", async () => {
  const request = provisionRequest("7d9f3a52-5c1e-4a4b-9c5e-0f6a1b2c3d4e");
  const sent: string[] = [];
  const responses = [
    undefined,
    { status: 201, body: JSON.stringify({ id: request.id, voucher: { code: "4711" } }) },
    { status: 503, body: "" },
    // It names no message, so a gateway may have sent it: the confirmation has not arrived yet.
    { status: 202, body: "" },
    { status: 202, body: JSON.stringify({ requestId: request.id }) },
  ];
  const rows = new Map<string, Row>();
  const postponed: number[] = [];
  const yours: Yours = {
    save: async (row) => {
      if ((rows.get(row.id)?.version ?? 0) !== row.version - 1) return false;
      rows.set(row.id, row);
      return true;
    },
    postpone: async (row) => {
      postponed.push((row.dueAt ?? 0) - Date.now());
      // Here no wait is waited for.
      rows.set(row.id, { ...row, dueAt: 0 });
    },
    due: async (now) => [...rows.values()].filter(({ dueAt = Infinity }) => dueAt <= now),
    send: async ({ target }: HttpRequest): Promise<HttpResponse | undefined> => {
      sent.push(target);
      return responses[sent.length - 1];
    },
    sleepUntil: async () => {},
  };
  const policy = parsePolicy({ retryBackoff: { initialMs: 0, multiplier: 1, maxMs: 0 } })._unsafeUnwrap();

  expect(await sell(request, policy, yours)).toBe("4711");
  expect(sent).toEqual(["/vouchers", `/vouchers/${request.id}/retry`]);

  for (let times = 0; times < 4; times += 1) await takeUpDueWork(yours);
  expect(sent.slice(2)).toEqual(Array(3).fill("/vouchers/confirmations"));
  // The second wait is twice the first; the jitter takes a half at most.
  expect(postponed).toHaveLength(2);
  expect(postponed.every((ms, index) => ms > 0 && ms <= 1_000 * 2 ** index)).toBe(true);
  expect([...rows.values()].map(({ version, dueAt }) => [version, dueAt])).toEqual([[6, undefined]]);
});
