import type { NoResponseCause } from "@electrum-vouchers/core";
import {
  type AcceptedRequest,
  alterResponse,
  createReplacement,
  type Fault,
  type SwitchResponse,
} from "@electrum-vouchers/simulator";

/** What a fault does to one message, as its sender and the switch see it. */
export interface FaultEffect {
  /** How often the switch processes the message. Default: once. */
  readonly deliveries?: 0 | 1 | 2;
  /** How much later than usual it arrives. */
  readonly requestDelayMs?: number;
  /** How much later than usual its response is complete. */
  readonly responseDelayMs?: number;
  /** What the sender meets in place of a response. */
  readonly noResponse?: Extract<NoResponseCause, "deadline" | "interrupted">;
  /** For so long no connection can be made. */
  readonly outageMs?: number;
  /** The switch forgets all that it knows. */
  readonly losesMemory?: boolean;
  readonly emulateTestServer?: boolean;
}

const deliveriesOf = ({ processed }: { readonly processed: boolean }): 0 | 1 => (processed ? 1 : 0);

/** The faults of the simulator over HTTP, told without a connection. */
export function effectOf(fault: Fault): FaultEffect {
  switch (fault.kind) {
    case "refused":
      return { deliveries: 0, noResponse: "interrupted", outageMs: fault.durationMs };
    case "restart":
      return {
        deliveries: 0,
        noResponse: "interrupted",
        outageMs: fault.durationMs,
        losesMemory: fault.memory === "lost",
      };
    case "reset":
      return { deliveries: deliveriesOf(fault), noResponse: "interrupted" };
    case "noResponse":
      return { deliveries: deliveriesOf(fault), noResponse: "deadline" };
    case "delayed":
      return { requestDelayMs: fault.delayMs };
    case "duplicate":
      return { deliveries: 2 };
    case "slowHeaders":
    case "slowBody":
      return { responseDelayMs: fault.delayMs };
    case "truncatedBody":
      return { noResponse: "interrupted" };
    case "emulateTestServer":
      return { emulateTestServer: true };
    case "status":
    case "error":
      return { deliveries: deliveriesOf(fault) };
    case "wrongContentType":
    case "notJson":
    case "emptyBody":
    case "wrongId":
      return {};
  }
}

/** The response as the fault makes it; `undefined` if the switch was never asked. */
export function alteredResponse(
  { fault, attributes }: AcceptedRequest,
  response: SwitchResponse | undefined,
): SwitchResponse | undefined {
  if (fault === undefined || attributes === undefined) return response;
  if (fault.kind === "status" || fault.kind === "error") return createReplacement(fault, attributes);
  return response && alterResponse(fault, response);
}
