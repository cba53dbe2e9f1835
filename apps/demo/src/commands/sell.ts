import { canHandOver, handOver, type ProvisionRequest, type Tender, type Transaction } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, okAsync, ResultAsync } from "neverthrow";
import { type Options, readArguments } from "../input/arguments.ts";
import { askDecision } from "../input/decision.ts";
import { helpOf } from "../input/help.ts";
import { readSale, type SaleOption, saleOptions } from "../input/request.ts";
import type { CliCommand } from "./command.ts";
import { execute, type TransactionPlan, readPlan, type TransactionOption, transactionOptions } from "./transaction.ts";

const options: Options<TransactionOption | SaleOption> = { ...saleOptions, ...transactionOptions };

/** Sells one voucher. */
export const sellCommand: CliCommand = {
  help: helpOf(
    "demo sell --db FILE [options]: sells one voucher",
    options,
    `Exit code: 0 if the sale ended as the till decided, 1 if it did not or is left open, 2 for bad input.

  demo sell --db till.db --amount 10000 --receiver Netcare --confirm
  demo sell --db till.db --request provision.json --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readArguments("sell", options, args).andThen((given) => readPlan(given, () => readSale(given)));
    return plan.isErr() ? err(plan.error) : execute(plan.value, ({ till }) => handleSale(till, plan.value));
  },
};

/** Runs a sale until the till has decided. */
function handleSale(till: Till, plan: TransactionPlan<ProvisionRequest>): ResultAsync<Transaction, TillError> {
  return till
    .provision(plan.request)
    .andThen(
      (sale): ResultAsync<Transaction, TillError> => (sale.state === "issued" ? decideSale(till, plan) : okAsync(sale)),
    )
    .andTee((sale) => {
      // Only `handOver` gives out the voucher, and only once the sale is decided.
      if (canHandOver(sale)) plan.reporter.handOver(handOver(sale));
    });
}

function decideSale(
  till: Till,
  { request, decision }: TransactionPlan<ProvisionRequest>,
): ResultAsync<Transaction, TillError> {
  const chosen = askDecision(decision, "A voucher is issued. Has the customer paid?");
  return ResultAsync.fromSafePromise<"confirm" | "cancel", TillError>(chosen).andThen(
    (choice): ResultAsync<Transaction, TillError> =>
      choice === "confirm" ? till.confirm(request.id, tendersOf(request)) : till.cancel(request.id),
  );
}

/** The tenders of the request, else the whole amount in cash. */
function tendersOf({ tenders, amounts, product }: ProvisionRequest): readonly Tender[] {
  const amount = amounts?.requestAmount ?? product?.amount;
  return tenders ?? (amount === undefined ? [] : [{ amount, tenderType: "CASH" }]);
}
