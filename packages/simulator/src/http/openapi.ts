// The OpenAPI document of what the simulator serves, for client generators and for a look at the API in a browser.
//
// It is made from the same checks that validate the messages and from the same list of endpoints that routes them, so that it cannot
// say anything else. A test checks every exchange of other tests against it.

import type { Json, JsonObject } from "@electrum-vouchers/core";
import { isJsonObject } from "../json.ts";
import type { Reading } from "../messages/check.ts";
import {
  basicAdviceCheck,
  basicReversalCheck,
  provisionRequestCheck,
  redemptionRequestCheck,
  refundRequestCheck,
  tenderAdviceCheck,
  tolerantTenderAdviceCheck,
} from "../messages/message-checks.ts";
import {
  errorDetailCheck,
  productsLookupResponseCheck,
  provisionResponseCheck,
  redemptionResponseCheck,
  refundResponseCheck,
  voucherLookupResponseCheck,
} from "../messages/response-checks.ts";
import { endpoints, type SwitchOperation } from "../switch/operations.ts";
import type { WorldSettings } from "../switch/world.ts";
import { createAdminPaths } from "./admin-openapi.ts";

/** The messages by Electrum's names. A response is what the switch writes, so that it is always to the letter. */
const schemasFor = (reading: Reading, additionalFields: readonly string[]): JsonObject => ({
  ProvisionRequest: withFields(provisionRequestCheck.schema(reading), additionalFields),
  ProvisionResponse: provisionResponseCheck.schema("strict"),
  RedemptionRequest: withFields(redemptionRequestCheck.schema(reading), additionalFields),
  RedemptionResponse: redemptionResponseCheck.schema("strict"),
  RefundRequest: withFields(refundRequestCheck.schema(reading), additionalFields),
  RefundResponse: refundResponseCheck.schema("strict"),
  TenderAdvice: (reading === "strict" ? tenderAdviceCheck : tolerantTenderAdviceCheck).schema(reading),
  BasicAdvice: basicAdviceCheck.schema(reading),
  BasicReversal: basicReversalCheck.schema(reading),
  VoucherLookupResponse: voucherLookupResponseCheck.schema("strict"),
  ProductsLookupResponse: productsLookupResponseCheck.schema("strict"),
  ErrorDetail: errorDetailCheck.schema("strict"),
});

/** The schema of an object that may have these fields as well, whatever is in them. */
const withFields = (schema: JsonObject, names: readonly string[]): JsonObject =>
  isJsonObject(schema["properties"])
    ? { ...schema, properties: { ...schema["properties"], ...Object.fromEntries(names.map((name) => [name, {}])) } }
    : schema;

interface OperationDescription {
  readonly summary: string;
  /** The name of the request's schema; a lookup has none. */
  readonly request?: string;
  /** By status, the name of the response's schema; `undefined` if there is no body. */
  readonly responses: Readonly<Record<string, string | undefined>>;
}

const advice = (summary: string, message: string): OperationDescription => ({
  summary,
  request: message,
  responses: { "202": message },
});

const operationDescriptions: Readonly<Record<SwitchOperation, OperationDescription>> = {
  provisionVoucher: {
    summary: "Sells a voucher",
    request: "ProvisionRequest",
    responses: { "201": "ProvisionResponse" },
  },
  retryProvisionVoucher: {
    summary: "Asks again for a voucher whose provision was not answered",
    request: "ProvisionRequest",
    responses: { "200": "ProvisionResponse", "201": "ProvisionResponse" },
  },
  confirmVoucher: advice("Confirms a provision", "TenderAdvice"),
  reverseVoucher: advice("Reverses a provision", "BasicReversal"),
  lookupVoucher: { summary: "Looks a voucher up", responses: { "200": "VoucherLookupResponse" } },
  redeemVoucher: {
    summary: "Redeems a voucher",
    request: "RedemptionRequest",
    responses: { "201": "RedemptionResponse" },
  },
  confirmRedeem: advice("Confirms a redemption", "BasicAdvice"),
  reverseRedeem: advice("Reverses a redemption", "BasicReversal"),
  lookupRedemption: {
    summary:
      "The response to a redemption; 102 while it is processed, 403 if another user sent it, 404 if it never came",
    responses: { "102": undefined, "200": "RedemptionResponse", "403": undefined },
  },
  refundVoucher: { summary: "Refunds a redemption", request: "RefundRequest", responses: { "201": "RefundResponse" } },
  confirmRefund: advice("Confirms a refund", "BasicAdvice"),
  reverseRefund: advice("Reverses a refund", "BasicReversal"),
  lookupProducts: { summary: "Lists the products that are sold", responses: { "200": "ProductsLookupResponse" } },
};

/** What any operation may answer besides: an ErrorDetail, or what Electrum's test server and gateways write. */
const errorResponses: JsonObject = {
  "400": errorResponse("The request is refused."),
  "401": { description: "The token is unknown, over or revoked." },
  "404": errorResponse("There is no such record, or no such path."),
  "405": { description: "The path takes another method." },
  "413": { description: "The body is too large." },
  "500": errorResponse("The switch failed: the outcome is unknown."),
  "503": errorResponse("The provider did not respond, or the ledger is full: the outcome is unknown."),
  "504": errorResponse("The provider did not respond in time: the outcome is unknown."),
  default: { description: "What a fault asks for." },
};

function errorResponse(description: string): JsonObject {
  return {
    description,
    content: {
      "application/json": { schema: reference("ErrorDetail") },
      "text/html": { schema: { type: "string" } },
      "text/plain": { schema: { type: "string" } },
    },
  };
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** The reset of Electrum's test server, below the API's path and beside it. */
const resetPaths: JsonObject = Object.fromEntries(
  ["/suv/v1/testServerAdmin/reset", "/testServerAdmin/reset"].map((path) => [path, { post: describeReset() }]),
);

function describeReset(): JsonObject {
  const flag = { const: "TRUE" };
  const order = {
    type: "object",
    properties: { userDataWillBeLost: flag, resetUserData: flag },
    required: ["userDataWillBeLost", "resetUserData"],
  };
  const outcome = { type: "object", properties: { outcome: { type: "string" } }, required: ["outcome"] };
  return {
    summary: "Deletes this user's records, as at Electrum's test server",
    requestBody: { required: true, content: { "application/json": { schema: order } } },
    responses: {
      "200": { description: "They are gone", content: { "application/json": { schema: outcome } } },
      "400": errorResponse("The order is incomplete, or the user has no records."),
      "403": { description: "For another host, or by a page of another site" },
    },
  };
}

function describeTokens(): JsonObject {
  const text = { type: "string" };
  const token = {
    type: "object",
    properties: { access_token: text, token_type: { const: "Bearer" }, expires_in: { type: "integer" } },
    required: ["access_token", "token_type", "expires_in"],
  };
  const refusal = { type: "object", properties: { error: text }, required: ["error"] };
  return {
    summary: "Issues a token: OAuth2's password grant",
    requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema: { type: "object" } } } },
    responses: {
      "200": { description: "A token", content: { "application/json": { schema: token } } },
      "400": { description: "The request is wrong", content: { "application/json": { schema: refusal } } },
    },
  };
}

const jsonBody = (name: string): JsonObject => ({ content: { "application/json": { schema: reference(name) } } });

const LOOKUP_PARAMETERS: readonly string[] = [
  "voucherCode",
  "provisionRequestId",
  "voucherSerialNumber",
  "receiverInstId",
  "settlementEntityInstId",
];

/** The document, for a switch that reads its messages so. */
export function createOpenApi({
  strict,
  additionalFields,
}: Pick<WorldSettings, "strict" | "additionalFields">): JsonObject {
  return {
    openapi: "3.1.0",
    info: {
      title: "Electrum's Single Use Voucher API, as the simulator serves it",
      version: "1",
      description: "A field that is null counts as absent. Where a 404 has no ErrorDetail, the path is wrong.",
    },
    paths: { ...switchPaths(), ...resetPaths, "/oauth/token": { post: describeTokens() }, ...createAdminPaths() },
    components: {
      schemas: schemasFor(strict ? "strict" : "tolerant", additionalFields),
      securitySchemes: {
        basic: { type: "http", scheme: "basic", description: "The user name is client.id." },
        oauth2: { type: "oauth2", flows: { password: { tokenUrl: "/oauth/token", scopes: {} } } },
      },
    },
  };
}

function switchPaths(): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { operation, method, path } of endpoints) {
    const template = `/suv/v1/${path.join("/")}`;
    paths[template] = { ...paths[template], [method.toLowerCase()]: describeOperation(operation, path) };
  }
  return paths;
}

function describeOperation(operation: SwitchOperation, path: readonly string[]): JsonObject {
  const { summary, request, responses } = operationDescriptions[operation];
  const pathParameters = path
    .filter((part) => part.startsWith("{"))
    .map((part) => parameter(part.slice(1, -1), "path"));
  const queryParameters =
    operation === "lookupVoucher" ? LOOKUP_PARAMETERS.map((name) => parameter(name, "query")) : [];
  return {
    operationId: operation,
    summary,
    security: [{ basic: [] }, { oauth2: [] }],
    parameters: [...pathParameters, ...queryParameters],
    ...(request === undefined ? {} : { requestBody: { required: true, ...jsonBody(request) } }),
    responses: {
      ...errorResponses,
      ...Object.fromEntries(
        Object.entries(responses).map(([status, name]) => [
          status,
          { description: summary, ...(name === undefined ? {} : jsonBody(name)) },
        ]),
      ),
    },
  };
}

const parameter = (name: string, place: "path" | "query"): JsonObject => ({
  name,
  in: place,
  required: place === "path",
  schema: { type: "string" },
});
