import type { Institution, JsonObject } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "../json.ts";
import type { SwitchRequest } from "../switch/handle.ts";
import { findTransaction } from "../switch/ledger.ts";
import { matchRoute } from "../switch/operations.ts";
import { providerOf } from "../switch/providers.ts";
import type { World } from "../switch/world.ts";
import type { RequestAttributes } from "./plan.ts";

/** What the rules of a fault plan match on; `undefined` if the request is for none of Electrum's operations. */
export function attributesOf(world: World, request: SwitchRequest): RequestAttributes | undefined {
  const routing = matchRoute(request.method, request.target);
  if (routing.type !== "found") return undefined;
  const { endpoint, pathId, query } = routing.route;
  const { operation, kind } = endpoint;
  const message = messageIn(request.body);
  const id = textIn(message, "id") ?? pathId;
  const requestId = textIn(message, "requestId") ?? query["provisionRequestId"] ?? id;
  const known =
    requestId === undefined ? undefined : findTransaction(world, { kind, user: request.user, id: requestId });
  const terminalId = textIn(objectIn(message, "originator"), "terminalId") ?? known?.terminalId;
  const voucherCode = textIn(objectIn(message, "voucher"), "code") ?? query["voucherCode"] ?? known?.voucherCode;
  return {
    operation,
    drawKey: id ?? JSON.stringify(query),
    ...(id === undefined ? {} : { id }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(terminalId === undefined ? {} : { terminalId }),
    ...(voucherCode === undefined ? {} : { voucherCode }),
    client: request.user,
    provider: known?.provider ?? providerOf(world, receiverIn(message)),
  };
}

function receiverIn(message: JsonObject): Institution {
  const receiver = objectIn(message, "receiver");
  return { id: textIn(receiver, "id") ?? "", name: textIn(receiver, "name") ?? "" };
}

function messageIn(body: string | undefined): JsonObject {
  const value = body === undefined ? undefined : parseJson(body);
  return isJsonObject(value) ? value : {};
}

function objectIn(message: JsonObject, field: string): JsonObject {
  const value = message[field];
  return isJsonObject(value) ? value : {};
}

function textIn(message: JsonObject, field: string): string | undefined {
  const value = message[field];
  return typeof value === "string" ? value : undefined;
}
