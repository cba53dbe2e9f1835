import type { RefundRequest, TransactionView } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, okAsync, ResultAsync } from "neverthrow";
import { type Options, readArguments } from "../input/arguments.ts";
import { askDecision } from "../input/decision.ts";
import { helpOf } from "../input/help.ts";
import { readRefund, type RefundOption, refundOptions } from "../input/request.ts";
import type { CliCommand } from "./command.ts";
import { execute, type TransactionPlan, readPlan, type TransactionOption, transactionOptions } from "./transaction.ts";

const options: Options<TransactionOption | RefundOption> = { ...refundOptions, ...transactionOptions };

/** Refunds one redemption. */
export const refundCommand: CliCommand = {
  help: helpOf(
    "demo refund --db FILE [options]: refunds a redemption, all of it or --amount; its voucher is usable again",
    options,
    `Exit code: 0 if the refund ended as the till decided, 1 if it did not or is left open, 2 for bad input.

  echo 1234567800000001 | demo refund --db till.db --voucher-file - --redemption ID --confirm
  demo refund --db till.db --request refund.json --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readArguments("refund", options, args).andThen((given) => readPlan(given, () => readRefund(given)));
    return plan.isErr() ? err(plan.error) : execute(plan.value, ({ till }) => handleRefund(till, plan.value));
  },
};

type TransactionResult = ResultAsync<TransactionView, TillError>;

/** Runs a refund until the till has decided. */
const handleRefund = (till: Till, plan: TransactionPlan<RefundRequest>): TransactionResult =>
  till
    .refund(plan.request)
    .andThen((refund): TransactionResult => (refund.state === "refunded" ? decide(till, plan) : okAsync(refund)));

function decide(till: Till, { request, decision }: TransactionPlan<RefundRequest>): TransactionResult {
  const chosen = askDecision(decision, "The voucher is refunded. Does the customer give back the goods?");
  return ResultAsync.fromSafePromise<"confirm" | "cancel", TillError>(chosen).andThen(
    (choice): TransactionResult => (choice === "confirm" ? till.confirmRefund(request.id) : till.cancel(request.id)),
  );
}
