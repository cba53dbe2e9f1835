import type { Operation, Rule } from "@electrum-vouchers/simulator";

/** The switch does its work, and its answer is lost. */
export const answerLost = (operation: Operation, times: NonNullable<Rule["times"]> = 1): Rule => ({
  when: { operation },
  fault: { kind: "silent", processed: true },
  times,
});

/** The switch answers with an error, whether it has done its work or not. */
export const answersError = (operation: Operation, status: number, errorType: string, processed: boolean): Rule => ({
  when: { operation },
  fault: { kind: "error", status, errorType, processed },
});

/** The switch does its work, and its answer takes this long. */
export const answersLate = (operation: Operation, delayMs: number): Rule => ({
  when: { operation },
  fault: { kind: "slowHeaders", delayMs },
});
