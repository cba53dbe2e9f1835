// The faults that change a response: they take the switch's response and return another one. Pure; the faults of timing and of
// the connection are in `http/serve.ts`, since they need the socket.

import { isJsonObject, parseJson } from "../json.ts";
import { createErrorResponse, type SwitchResponse } from "../switch/response.ts";
import type { Fault } from "./fault.ts";
import type { RequestAttributes } from "./plan.ts";

/** An id that no client uses. It is a valid UUID, so that only a comparison detects it. */
const FOREIGN_ID = "ffffffff-ffff-4fff-bfff-ffffffffffff";

/** The response as the fault alters it. Faults of the connection leave it unchanged. */
export function alterResponse(fault: Fault, original: SwitchResponse): SwitchResponse {
  switch (fault.kind) {
    case "wrongContentType":
      return { ...original, contentType: fault.contentType };
    case "notJson":
      return { ...original, body: "<html><body>Something went wrong</body></html>" };
    case "emptyBody":
      return { ...original, body: "" };
    case "wrongId": {
      const body = parseJson(original.body);
      return isJsonObject(body) ? { ...original, body: JSON.stringify({ ...body, id: FOREIGN_ID }) } : original;
    }
    default:
      return original;
  }
}

/** The response that these faults give instead of the switch's. */
export function createReplacement(
  fault: Extract<Fault, { readonly kind: "status" | "error" }>,
  { id, requestId }: RequestAttributes,
): SwitchResponse {
  if (fault.kind === "error") {
    const failed = { id, originalId: requestId === id ? undefined : requestId };
    return createErrorResponse(fault.status, fault.errorType, failed, {
      freeString: "The fault plan asked for this error.",
    });
  }
  const { status, retryAfterSeconds } = fault;
  const body = `<html><body>${status}</body></html>`;
  return { status, contentType: "text/html", body, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
