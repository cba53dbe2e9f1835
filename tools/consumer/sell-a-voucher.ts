import { randomUUID } from "node:crypto";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { defaultPolicy, type ProvisionRequest } from "@electrum-vouchers/core";
import { startTill } from "@electrum-vouchers/runtime";
import { startSimulator } from "@electrum-vouchers/simulator";

const shop = { id: "12345678", name: "Corner Shop" };
const merchantName = { name: "Corner Shop", city: "Cape Town", region: "WC", country: "ZA" };
const merchant = { merchantType: "5411", merchantId: "123456789012345", merchantName };
const amount = { amount: 5000, currency: "710" }; // R 50.00
const request: ProvisionRequest = {
  id: randomUUID(),
  time: new Date().toISOString(),
  originator: { institution: shop, terminalId: "TILL0001", merchant },
  client: shop,
  thirdPartyIdentifiers: [],
  amounts: { requestAmount: amount },
};

const simulator = await startSimulator(); // stands in for Electrum, on loopback
const authorization = basicAuthorization(() => ({ username: shop.id, password: "secret" }));
const electrum = createElectrumHttp({ baseUrl: simulator.url, authorization });
const outbox = openSqliteOutbox({ path: "till.db" });
if (electrum.isErr() || outbox.isErr()) throw new Error("The URL or the database file cannot be used.");
const till = await startTill({ electrum: electrum.value, outbox: outbox.value, policy: defaultPolicy });

const sale = await till.provision(request);
if (sale.isOk() && sale.value.state === "issued") {
  // The voucher is issued. Now the customer pays.
  const sold = await till.confirm(request.id, [{ tenderType: "CASH", amount }]);
  // The confirmation is stored, so it will arrive, whatever happens from here on.
  const given = await sold.asyncAndThen(({ id }) => till.handOver(id));
  if (given.isOk()) console.log(`voucher ${given.value.voucher?.code}`);
}

await till.stop();
electrum.value.close();
await outbox.value.close();
await simulator.stop();
