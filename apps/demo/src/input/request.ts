import { randomUUID } from "node:crypto";
import {
  type Json,
  type JsonObject,
  type MessageFault,
  parseProvisionRequest,
  parseRedemptionRequest,
  parseRefundRequest,
  type ProvisionRequest,
  type RedemptionRequest,
  type RefundRequest,
  toDateTime,
} from "@electrum-vouchers/core";
import { isJsonObject } from "@electrum-vouchers/testkit";
import { ok, type Result, safeTry } from "neverthrow";
import { type GivenOptions, type Options, readRequired, readWholeNumber } from "./arguments.ts";
import { type BadInput, badInput } from "./bad-input.ts";
import { readMessage, readSecret } from "./files.ts";

type FileOption = "request" | "new-id";
type SharedField = "amount" | "currency" | "receiver" | "terminal" | "merchant" | "operator";
type SaleField = SharedField | "product" | "tender";
type RedemptionField = SharedField | "voucher-file" | "voucher-code";
type RefundField = RedemptionField | "redemption" | "receiver-reference";

const fileOptions: Options<FileOption> = {
  request: { valueName: "FILE", help: "the whole request, as Electrum's JSON; - reads standard input" },
  "new-id": { help: "give the request in the file a new id and the present time" },
};

const sharedFields: Options<SharedField> = {
  amount: { valueName: "NUMBER", help: "in minor units: 10000 is R100.00" },
  currency: { valueName: "CODE", help: "ISO 4217 numeric; default: 710" },
  receiver: { valueName: "NAME", help: "the provider, such as Stellr or Netcare" },
  terminal: { valueName: "ID", help: "8 characters; default: DEMO0001" },
  merchant: { valueName: "ID", help: "15 characters; default: DEMOSHOP0000001" },
  operator: { valueName: "ID", help: "the cashier" },
};

const saleFields: Options<SaleField> = {
  ...sharedFields,
  product: { valueName: "ID", help: "what to sell" },
  tender: { valueName: "TYPE", help: "how the customer pays: CASH, DEBIT_CARD, ...; default: CASH" },
};

const redemptionFields: Options<RedemptionField> = {
  ...sharedFields,
  "voucher-file": { valueName: "FILE", help: "a file with the voucher's code; - reads standard input" },
  "voucher-code": { valueName: "CODE", help: "the code itself: other users of this machine can see it" },
};

const refundFields: Options<RefundField> = {
  ...redemptionFields,
  redemption: { valueName: "ID", help: "the id of the redemption that is refunded" },
  "receiver-reference": { valueName: "TEXT", help: "the provider's own reference of the redemption" },
};

export type SaleOption = FileOption | SaleField;
export type RedemptionOption = FileOption | RedemptionField;

/** The options that say what to sell. */
export const saleOptions: Options<SaleOption> = { ...fileOptions, ...saleFields };

/** The options that say what to redeem. */
export const redemptionOptions: Options<RedemptionOption> = { ...fileOptions, ...redemptionFields };

export type RefundOption = FileOption | RefundField;

/** The options that say what to refund. */
export const refundOptions: Options<RefundOption> = { ...fileOptions, ...refundFields };

type SenderOption = "username" | "electrum";

/** The demo's client id with a simulated switch. */
export const DEMO_CLIENT = "demo";

/** The request of a sale: from a file, or from the options. */
export function readSale(given: GivenOptions<SaleOption | SenderOption>): Result<ProvisionRequest, BadInput> {
  const file = given.text("request");
  return file === undefined
    ? buildSale(given)
    : refuseFieldOptions(given, saleFields)
        .andThen(() => readMessage(file, "ProvisionRequest", (json) => parseProvisionRequest(applyNewId(given, json))))
        .andThen((request) => checkClient(given, request));
}

/** The request of a redemption: from a file, or from the options. */
export function readRedemption(
  given: GivenOptions<RedemptionOption | SenderOption>,
): Result<RedemptionRequest, BadInput> {
  const file = given.text("request");
  return file === undefined
    ? buildRedemption(given)
    : refuseFieldOptions(given, redemptionFields)
        .andThen(() =>
          readMessage(file, "RedemptionRequest", (json) => parseRedemptionRequest(applyNewId(given, json))),
        )
        .andThen((request) => checkClient(given, request));
}

/** The request of a refund: from a file, or from the options. */
export function readRefund(given: GivenOptions<RefundOption | SenderOption>): Result<RefundRequest, BadInput> {
  const file = given.text("request");
  return file === undefined
    ? buildRefund(given)
    : refuseFieldOptions(given, refundFields)
        .andThen(() => readMessage(file, "RefundRequest", (json) => parseRefundRequest(applyNewId(given, json))))
        .andThen((request) => checkClient(given, request));
}

function refuseFieldOptions(given: Pick<GivenOptions<string>, "names">, fields: Options): Result<void, BadInput> {
  const beside = given.names().find((name) => Object.hasOwn(fields, name));
  return beside === undefined
    ? ok()
    : badInput(`--${beside} is given with --request: expected the whole request in the file, or options alone`);
}

function applyNewId(given: GivenOptions<"new-id">, json: Json): Json {
  if (!given.has("new-id") || !isJsonObject(json)) return json;
  return { ...json, id: randomUUID(), time: toDateTime(Date.now()) };
}

/** Checks that the user name is the request's `client.id`: otherwise Electrum responds with AUTHENTICATION_ERROR. */
function checkClient<Request extends { readonly client: { readonly id: string } }>(
  given: GivenOptions<"username">,
  request: Request,
): Result<Request, BadInput> {
  const username = given.text("username");
  return username === undefined || username === request.client.id
    ? ok(request)
    : badInput(`--username ${username}: expected ${request.client.id}, the client.id of the request`);
}

function buildSale(given: GivenOptions<SaleOption | SenderOption>): Result<ProvisionRequest, BadInput> {
  return safeTry(function* () {
    const fields = yield* readFields(given);
    const product = given.text("product");
    const amount = yield* readAmount(given);
    if (amount === undefined && product === undefined) {
      return badInput("nothing to sell: expected --amount NUMBER, --product ID or --request FILE");
    }
    const tender = { amount, tenderType: given.text("tender") ?? "CASH" };
    const request = {
      ...fields,
      ...(amount === undefined ? {} : { amounts: { requestAmount: amount }, tenders: [tender] }),
      ...(product === undefined ? {} : { product: { productId: product } }),
    };
    return parseProvisionRequest(request).mapErr(toOptionFaults);
  });
}

const buildRedemption = (given: GivenOptions<RedemptionOption | SenderOption>): Result<RedemptionRequest, BadInput> =>
  readVoucherFields(given).andThen((request) => parseRedemptionRequest(request).mapErr(toOptionFaults));

const buildRefund = (given: GivenOptions<RefundOption | SenderOption>): Result<RefundRequest, BadInput> =>
  readVoucherFields(given).andThen((fields) => {
    const [redemptionId, reference] = [given.text("redemption"), given.text("receiver-reference")];
    return parseRefundRequest({
      ...fields,
      ...(redemptionId === undefined ? {} : { redemptionId }),
      ...(reference === undefined ? {} : { receiverTransactionRef: reference }),
    }).mapErr(toOptionFaults);
  });

/** The fields of a request about a voucher that the customer brings, or has brought. */
const readVoucherFields = (given: GivenOptions<RedemptionOption | SenderOption>): Result<JsonObject, BadInput> =>
  safeTry(function* () {
    const fields = yield* readFields(given);
    const amount = yield* readAmount(given);
    const code = yield* readVoucherCode(given);
    return ok({
      ...fields,
      voucher: { code },
      ...(amount === undefined ? {} : { amounts: { requestAmount: amount } }),
    });
  });

function readVoucherCode(given: GivenOptions<"voucher-file" | "voucher-code">): Result<string, BadInput> {
  const [file, code] = [given.text("voucher-file"), given.text("voucher-code")];
  if (file !== undefined && code !== undefined)
    return badInput("--voucher-file and --voucher-code: expected one of them");
  if (file !== undefined) return readSecret("--voucher-file", file);
  return code === undefined
    ? badInput("no voucher: expected --voucher-file FILE, --voucher-code CODE or --request FILE")
    : ok(code);
}

function readAmount(given: GivenOptions<"amount" | "currency">): Result<JsonObject | undefined, BadInput> {
  return readWholeNumber(given, "amount", { min: 1, max: Number.MAX_SAFE_INTEGER }).map((amount) =>
    amount === undefined ? undefined : { amount, currency: given.text("currency") ?? "710" },
  );
}

/** The fields that every request has. Those of a fictitious shop are the defaults. */
function readFields(
  given: GivenOptions<"receiver" | "terminal" | "merchant" | "operator" | "username" | "electrum">,
): Result<JsonObject, BadInput> {
  const client = given.has("electrum")
    ? readRequired(given, "username", "Electrum's name for this client, which signs the request")
    : ok<string, BadInput>(given.text("username") ?? DEMO_CLIENT);
  return client.map((id) => {
    const receiver = given.text("receiver");
    const operator = given.text("operator");
    return {
      id: randomUUID(),
      time: toDateTime(Date.now()),
      originator: {
        institution: { id, name: id.slice(0, 40) },
        terminalId: given.text("terminal") ?? "DEMO0001",
        merchant: {
          merchantType: "5411",
          merchantId: given.text("merchant") ?? "DEMOSHOP0000001",
          merchantName: { name: "Demo Shop", city: "Cape Town", region: "WC", country: "ZA" },
        },
        ...(operator === undefined ? {} : { operatorId: operator }),
      },
      client: { id, name: id.slice(0, 40) },
      ...(receiver === undefined ? {} : { receiver: { id: receiver, name: receiver } }),
      thirdPartyIdentifiers: [],
    };
  });
}

/** The option that sets a field of the request. */
const optionOf: Readonly<Record<string, string>> = {
  "originator.terminalId": "--terminal",
  "originator.merchant.merchantId": "--merchant",
  "originator.operatorId": "--operator",
  "amounts.requestAmount.currency": "--currency",
  "product.productId": "--product",
  "receiver.name": "--receiver",
  "tenders.0.tenderType": "--tender",
  "voucher.code": "the voucher's code",
  redemptionId: "--redemption",
};

/** The faults of a request that was built from options, by the options' names. Equal faults are reported once. */
function toOptionFaults(faults: readonly MessageFault[]): BadInput {
  const [first = "the request is not valid by Electrum's schema", ...rest] = [
    ...new Set(
      faults
        .filter(({ path }) => !isRepeat(path))
        .map(({ path, expected }) => `${optionOf[path] ?? path}: ${expected}`),
    ),
  ];
  return { lines: [first, ...rest] };
}

/** The tender has the currency of the amount, so its fault repeats the amount's. */
const isRepeat = (path: string): boolean => path === "tenders.0.amount.currency";
