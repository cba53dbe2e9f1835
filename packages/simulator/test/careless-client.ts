// A client that does what careless clients do, for the exam to find: it keeps nothing, repeats a request instead of retrying it, takes
// any 4xx for a decline and any silence for one, sends each advice once, with a new id if it must, and echoes nothing.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const { EXAM_URL: url = "", EXAM_USER: user = "" } = process.env;

const fields = {
  time: new Date().toISOString(),
  originator: {
    institution: { id: user, name: "Careless" },
    terminalId: "CARELESS",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Careless", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: user, name: "Careless" },
  thirdPartyIdentifiers: [],
};

async function post(path: string, message: object): Promise<number> {
  try {
    const headers = { authorization: `Basic ${btoa(`${user}:secret`)}` };
    return (await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(message) })).status;
  } catch {
    return 0;
  }
}

const kindOf = new Map<string, "vouchers" | "redemptions">();

async function request(kind: "vouchers" | "redemptions", message: object): Promise<object> {
  const id = randomUUID();
  kindOf.set(id, kind);
  const whole = { ...fields, ...message, id };
  let status = await post(`/${kind}`, whole);
  if (status === 0 || status >= 500) status = await post(`/${kind}`, whole);
  return { id, outcome: status < 300 && status > 0 ? (kind === "vouchers" ? "issued" : "redeemed") : "declined" };
}

async function advise(id: string, kind: "confirmations" | "reversals", message: object): Promise<object> {
  const path = `/${kindOf.get(id) ?? "vouchers"}/${kind}`;
  const advice = { requestId: id, time: fields.time, thirdPartyIdentifiers: [], ...message };
  if ((await post(path, { ...advice, id: randomUUID() })) === 0) await post(path, { ...advice, id: randomUUID() });
  return { id, outcome: "done" };
}

function obey(told: Readonly<Record<string, unknown>>): Promise<object> {
  const { do: what, amount, receiver, voucher, id, tenders } = told;
  const about = typeof id === "string" ? id : "";
  switch (what) {
    case "sell":
      return request("vouchers", { amounts: { requestAmount: amount }, receiver });
    case "redeem":
      return request("redemptions", { voucher, receiver });
    case "confirm":
      return advise(about, "confirmations", kindOf.get(about) === "redemptions" ? {} : { tenders });
    default:
      return advise(about, "reversals", { reversalReason: "NOT_WANTED" });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const told: unknown = JSON.parse(line);
  if (typeof told === "object" && told !== null) process.stdout.write(`${JSON.stringify(await obey({ ...told }))}\n`);
}
