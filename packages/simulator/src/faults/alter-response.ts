import { isJsonObject, parseJson } from "../json.ts";
import { errorResponse, type SwitchResponse } from "../switch/response.ts";
import type { Fault } from "./fault.ts";
import type { RequestAttributes } from "./plan.ts";

/** An id that no message of a client has: a UUID, so that only a comparison finds it wrong. */
const FOREIGN_ID = "ffffffff-ffff-4fff-bfff-ffffffffffff";

/** The answer as the fault makes it. Faults of the connection leave it as it is. */
export function alterResponse(fault: Fault, answered: SwitchResponse): SwitchResponse {
  switch (fault.kind) {
    case "wrongContentType":
      return { ...answered, contentType: fault.contentType };
    case "notJson":
      return { ...answered, body: "<html><body>Something went wrong</body></html>" };
    case "emptyBody":
      return { ...answered, body: "" };
    case "wrongId": {
      const body = parseJson(answered.body);
      return isJsonObject(body) ? { ...answered, body: JSON.stringify({ ...body, id: FOREIGN_ID }) } : answered;
    }
    default:
      return answered;
  }
}

/** The answer that these faults give in place of the switch's own. */
export function createReplacement(
  fault: Extract<Fault, { readonly kind: "status" | "error" }>,
  { id, requestId }: RequestAttributes,
): SwitchResponse {
  if (fault.kind === "error") {
    const failed = { id, originalId: requestId === id ? undefined : requestId };
    return errorResponse(fault.status, fault.errorType, failed, { freeString: "This error was asked for." });
  }
  const { status, retryAfterSeconds } = fault;
  const body = `<html><body>${status}</body></html>`;
  return { status, contentType: "text/html", body, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
