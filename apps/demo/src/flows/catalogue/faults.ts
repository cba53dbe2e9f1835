import type { SwitchOperation, FaultRule } from "@electrum-vouchers/simulator";

/** The switch does its work, and its answer is lost. */
export const loseResponse = (operation: SwitchOperation, times: NonNullable<FaultRule["times"]> = 1): FaultRule => ({
  match: { operation },
  fault: { kind: "noResponse", processed: true },
  times,
});

/** The switch answers with an error, whether it has done its work or not. */
export const respondWithError = (
  operation: SwitchOperation,
  status: number,
  errorType: string,
  processed: boolean,
): FaultRule => ({
  match: { operation },
  fault: { kind: "error", status, errorType, processed },
});

/** The switch does its work, and its answer takes this long. */
export const delayResponse = (operation: SwitchOperation, delayMs: number): FaultRule => ({
  match: { operation },
  fault: { kind: "slowHeaders", delayMs },
});
