import type { FaultRule, SwitchOperation } from "@electrum-vouchers/simulator";

/** The switch does its work, and its response is lost. */
export const loseResponse = (operation: SwitchOperation, times = 1): FaultRule => ({
  match: { operation },
  fault: { kind: "noResponse", processed: true },
  times,
});

/** The switch responds with an error, whether it has done its work or not. */
export const respondWithError = (
  operation: SwitchOperation,
  status: number,
  errorType: string,
  processed: boolean,
  times = 1,
): FaultRule => ({
  match: { operation },
  fault: { kind: "error", status, errorType, processed },
  times,
});

/** Something before the switch is too busy: it passes the message on to nobody, and says when to come back. */
export const askToWait = (operation: SwitchOperation, retryAfterSeconds: number): FaultRule => ({
  match: { operation },
  fault: { kind: "status", status: 503, processed: false, retryAfterSeconds },
});

/** The switch does its work, and its response takes this long. */
export const delayResponse = (operation: SwitchOperation, delayMs: number): FaultRule => ({
  match: { operation },
  fault: { kind: "slowHeaders", delayMs },
});

/** The switch does its work, and its success has no body. */
export const respondWithoutBody = (operation: SwitchOperation): FaultRule => ({
  match: { operation },
  fault: { kind: "emptyBody" },
});
