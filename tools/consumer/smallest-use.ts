import { decide, handOver, observe, parsePolicy, startProvision } from "@electrum-vouchers/core";

// A whole sale with nothing but the core, as a consumer of the package would write it.

const id = "3f0c7a52-6f1e-4d6b-9d55-0a1f6b7c8d90";
const till = { id: "12345678", name: "Corner shop" };
const at = Date.parse("2026-11-21T10:00:00.000Z");

const sale = parsePolicy().andThen((rules) =>
  startProvision({
    request: {
      id,
      time: new Date(at).toISOString(),
      originator: {
        institution: till,
        terminalId: "TILL0001",
        merchant: {
          merchantType: "5411",
          merchantId: "000000000000001",
          merchantName: { name: "Corner shop", city: "Cape Town", region: "WC", country: "ZA" },
        },
      },
      client: till,
      thirdPartyIdentifiers: [],
      product: { productId: "GAME100" },
    },
    confirmationId: "8e4a1c1e-52b7-4c0b-a9a6-3df1f2d7c001",
    reversalId: "8e4a1c1e-52b7-4c0b-a9a6-3df1f2d7c002",
    policy: rules,
    at,
  }),
);

const body = JSON.stringify({ id, voucher: { code: "1234-5678" }, thirdPartyIdentifiers: [] });
const confirmed = sale
  .map(({ transaction }) => observe(transaction, { type: "response", attempt: 0, status: 201, body, at: at + 800 }))
  .andThen(({ transaction }) => decide(transaction, { type: "confirm", tenders: [], at: at + 5_000 }));

const handedOver = confirmed.map(({ transaction, commands: [command] }) => ({
  next: command?.type,
  code: handOver(transaction)
    .map(({ voucher }) => voucher.code)
    .unwrapOr(undefined),
}));

if (handedOver.isErr()) throw new Error(`refused: ${JSON.stringify(handedOver.error)}`);
const { next, code } = handedOver.value;
if (next !== "queueAdvice" || code !== "1234-5678") throw new Error(`an unexpected end: ${next} ${code}`);
