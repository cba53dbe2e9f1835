import type { RedemptionRequest, RedemptionView, TransactionView } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, okAsync, ResultAsync } from "neverthrow";
import { type Options, readArguments } from "../input/arguments.ts";
import { askDecision } from "../input/decision.ts";
import { helpOf } from "../input/help.ts";
import { readRedemption, type RedemptionOption, redemptionOptions } from "../input/request.ts";
import type { CliCommand } from "./command.ts";
import { execute, type TransactionPlan, readPlan, type TransactionOption, transactionOptions } from "./transaction.ts";

const options: Options<TransactionOption | RedemptionOption> = { ...redemptionOptions, ...transactionOptions };

/** Redeems one voucher. */
export const redeemCommand: CliCommand = {
  help: helpOf(
    "demo redeem --db FILE [options]: looks a voucher up, and redeems it",
    options,
    `Exit code: 0 if the redemption ended as the till decided, 1 if it did not or is left open, 2 for bad input.

  echo 1234567800000001 | demo redeem --db till.db --voucher-file - --confirm
  demo redeem --db till.db --request redemption.json --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readArguments("redeem", options, args).andThen((given) =>
      readPlan(given, () => readRedemption(given)),
    );
    return plan.isErr() ? err(plan.error) : execute(plan.value, ({ till }) => handleRedemption(till, plan.value));
  },
};

type TransactionResult = ResultAsync<TransactionView, TillError>;

/** Runs a redemption until the till has decided. A till must look a voucher up before it redeems it. */
function handleRedemption(till: Till, plan: TransactionPlan<RedemptionRequest>): TransactionResult {
  const { request } = plan;
  const lookup = {
    voucherCode: request.voucher.code,
    ...(request.receiver === undefined ? {} : { receiverInstId: request.receiver.id }),
  };
  return till
    .lookUp(lookup, { id: request.id })
    .andThen((redemption): TransactionResult => {
      if (redemption.state === "lookupFailed") return abandonRedemption(till, plan, redemption);
      return redemption.state === "found" ? till.redeem(request) : okAsync(redemption);
    })
    .andThen(
      (redemption): TransactionResult =>
        redemption.state === "redeemed" ? decideRedemption(till, plan) : okAsync(redemption),
    );
}

function abandonRedemption(
  till: Till,
  { reporter }: TransactionPlan<RedemptionRequest>,
  redemption: RedemptionView,
): TransactionResult {
  reporter.reportEnd(redemption);
  return till.cancel(redemption.id);
}

function decideRedemption(till: Till, { request, decision }: TransactionPlan<RedemptionRequest>): TransactionResult {
  const chosen = askDecision(decision, "The voucher is redeemed. Does the customer take the goods?");
  return ResultAsync.fromSafePromise<"confirm" | "cancel", TillError>(chosen).andThen(
    (choice): TransactionResult =>
      choice === "confirm" ? till.confirmRedemption(request.id) : till.cancel(request.id),
  );
}
