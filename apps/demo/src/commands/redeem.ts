import type { Redemption, RedemptionRequest, Transaction } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, okAsync, ResultAsync } from "neverthrow";
import { type Options, readArguments } from "../input/arguments.ts";
import { decideBy } from "../input/decision.ts";
import { helpOf } from "../input/help.ts";
import { readRedemption, type RedemptionOption, redemptionOptions } from "../input/request.ts";
import type { Command } from "./command.ts";
import { carryOut, type Plan, readPlan, type TransactionOption, transactionOptions } from "./transaction.ts";

const options: Options<TransactionOption | RedemptionOption> = { ...redemptionOptions, ...transactionOptions };

/** One voucher, from its code to goods. */
export const redeem: Command = {
  help: helpOf(
    "demo redeem --db FILE [options]: looks a voucher up, and redeems it",
    options,
    `Exit code: 0 where the redemption ended as the till wanted, 1 where it did not or is left open, 2 for bad input.

  echo 1234567800000001 | demo redeem --db till.db --voucher-file - --confirm
  demo redeem --db till.db --request redemption.json --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readArguments("redeem", options, args).andThen((given) =>
      readPlan(given, () => readRedemption(given)),
    );
    return plan.isErr() ? err(plan.error) : carryOut(plan.value, ({ till }) => conduct(till, plan.value));
  },
};

type Conducted = ResultAsync<Transaction, TillError>;

/** A redemption, until it is decided: this is what a till does. Nothing is redeemed that was not found first. */
function conduct(till: Till, plan: Plan<RedemptionRequest>): Conducted {
  const { request } = plan;
  const lookup = {
    voucherCode: request.voucher.code,
    ...(request.receiver === undefined ? {} : { receiverInstId: request.receiver.id }),
  };
  return till
    .lookUp(lookup, request.id)
    .andThen((redemption): Conducted => {
      if (redemption.state === "notFound") return abandon(till, plan, redemption);
      return redemption.state === "found" ? till.redeem(request) : okAsync(redemption);
    })
    .andThen((redemption): Conducted => (redemption.state === "redeemed" ? decide(till, plan) : okAsync(redemption)));
}

function abandon(till: Till, { reporter }: Plan<RedemptionRequest>, redemption: Redemption): Conducted {
  reporter.ended(redemption);
  return till.cancel(redemption.id);
}

function decide(till: Till, { request, decision }: Plan<RedemptionRequest>): Conducted {
  const decided = decideBy(decision, "The voucher is redeemed. Does the customer take the goods?");
  return ResultAsync.fromSafePromise<"confirm" | "cancel", TillError>(decided).andThen(
    (way): Conducted => (way === "confirm" ? till.confirmRedemption(request.id) : till.cancel(request.id)),
  );
}
