// Our own till, as the simulator's exam wants a client: a line of JSON tells it what to do, and it answers with one. It is thin: what
// the exam marks is the runtime, the adapters and the core.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import {
  defaultPolicy,
  parseProvisionRequest,
  parseRedemptionRequest,
  parseTenders,
  type TransactionView,
} from "@electrum-vouchers/core";
import { startTill, type Till } from "@electrum-vouchers/runtime";

const { EXAM_URL: baseUrl = "", EXAM_USER: user = "", EXAM_FOLDER: folder = "" } = process.env;

/** As the default, with short waits: the exam loses answers by broken connections, and need not wait for a time-out. */
const policy = {
  ...defaultPolicy,
  retryBackoff: { initialMs: 50, multiplier: 2, maxMs: 200 },
  replyDeadlineMs: 2_000,
};

const shop = { id: user, name: "Our till" };

const newRequest = (told: object): object => ({
  id: randomUUID(),
  time: new Date().toISOString(),
  originator: {
    institution: shop,
    terminalId: "OURTILL1",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Our till", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: shop,
  thirdPartyIdentifiers: [{ institutionId: user, transactionIdentifier: randomUUID() }],
  ...told,
});

const fieldOf = (told: object, name: string): unknown => Reflect.get(told, name);

async function sell(till: Till, told: object): Promise<TransactionView> {
  const amounts = { requestAmount: fieldOf(told, "amount") };
  const request = parseProvisionRequest(newRequest({ receiver: fieldOf(told, "receiver"), amounts }))._unsafeUnwrap();
  return (await till.provision(request))._unsafeUnwrap();
}

async function redeem(till: Till, told: object): Promise<TransactionView> {
  const draft = { receiver: fieldOf(told, "receiver"), voucher: fieldOf(told, "voucher") };
  const request = parseRedemptionRequest(newRequest(draft))._unsafeUnwrap();
  const found = (await till.lookUp({ voucherCode: request.voucher.code }, { id: request.id }))._unsafeUnwrap();
  return found.state === "found" ? (await till.redeem(request))._unsafeUnwrap() : found;
}

async function confirm(till: Till, told: object): Promise<TransactionView> {
  const id = String(fieldOf(told, "id"));
  const { kind } = (await till.find(id))._unsafeUnwrap();
  if (kind === "redemption") return (await till.confirmRedemption(id))._unsafeUnwrap();
  const tenders = parseTenders(fieldOf(told, "tenders"))._unsafeUnwrap();
  return (await till.confirm(id, tenders))._unsafeUnwrap();
}

const cancel = async (till: Till, told: object): Promise<TransactionView> =>
  (await till.cancel(String(fieldOf(told, "id"))))._unsafeUnwrap();

const instructions: ReadonlyMap<unknown, (till: Till, told: object) => Promise<TransactionView>> = new Map([
  ["sell", sell],
  ["redeem", redeem],
  ["confirm", confirm],
  ["cancel", cancel],
]);

/** What the cashier is told. */
const outcomeOf = ({ state }: TransactionView): string =>
  state === "issued" || state === "redeemed" || state === "declined" ? state : "failed";

const authorization = basicAuthorization(() => ({ username: user, password: "secret" }));
const electrum = createElectrumHttp({ baseUrl, authorization })._unsafeUnwrap();
const outbox = openSqliteOutbox({ path: join(folder, "till.db") })._unsafeUnwrap();
const till = await startTill({ electrum, outbox, policy });

for await (const line of createInterface({ input: process.stdin })) {
  const told: unknown = JSON.parse(line);
  if (typeof told !== "object" || told === null) throw new TypeError("an instruction is an object");
  const obey = instructions.get(fieldOf(told, "do"));
  if (obey === undefined) throw new TypeError("the exam asks for something unknown");
  const view = await obey(till, told);
  process.stdout.write(`${JSON.stringify({ id: view.id, outcome: outcomeOf(view) })}\n`);
}

await till.stop();
electrum.close();
(await outbox.close())._unsafeUnwrap();
