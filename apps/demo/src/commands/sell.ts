import {
  canHandOver,
  type NamedReason,
  type ProvisionRequest,
  type Tender,
  type TransactionView,
} from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { type GivenOptions, type Options, readArguments } from "../input/arguments.ts";
import { type BadInput, badInput } from "../input/bad-input.ts";
import { askDecision } from "../input/decision.ts";
import { helpOf } from "../input/help.ts";
import { readSale, type SaleOption, saleOptions } from "../input/request.ts";
import { describeTillError } from "../print/ending.ts";
import type { CliCommand } from "./command.ts";
import { execute, type TransactionPlan, readPlan, type TransactionOption, transactionOptions } from "./transaction.ts";

type CopyOption = "copy" | "by";

const copyOptions: Options<CopyOption> = {
  copy: { valueName: "REASON", help: "why a voucher that was handed over is handed over again, as a copy" },
  by: { valueName: "NAME", help: "the name of the person who wants the copy" },
};

const options: Options<TransactionOption | SaleOption | CopyOption> = {
  ...saleOptions,
  ...copyOptions,
  ...transactionOptions,
};

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
    const plan = readArguments("sell", options, args).andThen((given) =>
      readPlan(given, () => readSale(given)).andThen((read) => readCopy(given).map((copy) => ({ ...read, ...copy }))),
    );
    return plan.isErr() ? err(plan.error) : execute(plan.value, ({ till }) => handleSale(till, plan.value));
  },
};

interface SalePlan extends TransactionPlan<ProvisionRequest> {
  readonly copy?: NamedReason;
}

function readCopy(given: GivenOptions<CopyOption>): Result<Pick<SalePlan, "copy">, BadInput> {
  const [reason, by] = [given.text("copy"), given.text("by")];
  if (reason === undefined && by === undefined) return ok({});
  if (reason === undefined || by === undefined)
    return badInput("expected --copy REASON and --by NAME together: a copy needs both");
  return ok({ copy: { by, reason } });
}

/** Runs a sale until the till has decided. */
function handleSale(till: Till, plan: SalePlan): ResultAsync<TransactionView, TillError> {
  return till
    .provision(plan.request)
    .andThen(
      (sale): ResultAsync<TransactionView, TillError> =>
        sale.state === "issued" ? decideSale(till, plan) : okAsync(sale),
    )
    .andThen((sale) => handOverTo(plan, till, sale));
}

/** Only `handOver` gives out the voucher, once, and only when the sale is decided. */
const handOverTo = (
  { reporter, copy }: Pick<SalePlan, "reporter" | "copy">,
  till: Till,
  sale: TransactionView,
): ResultAsync<TransactionView, TillError> =>
  canHandOver(sale)
    ? till
        .handOver(sale.id, copy === undefined ? {} : { copy })
        .andTee((given) => reporter.handOver(given))
        .map(() => sale)
        .orElse((error) => {
          if (error.type !== "alreadyHandedOver") return err(error);
          reporter.printText(describeTillError(error));
          return ok(sale);
        })
    : okAsync(sale);

function decideSale(till: Till, { request, decision }: SalePlan): ResultAsync<TransactionView, TillError> {
  const chosen = askDecision(decision, "A voucher is issued. Has the customer paid?");
  return ResultAsync.fromSafePromise<"confirm" | "cancel", TillError>(chosen).andThen(
    (choice): ResultAsync<TransactionView, TillError> =>
      choice === "confirm" ? till.confirm(request.id, tendersOf(request)) : till.cancel(request.id),
  );
}

/** The tenders of the request, else the whole amount in cash. */
function tendersOf({ tenders, amounts, product }: ProvisionRequest): readonly Tender[] {
  const amount = amounts?.requestAmount ?? product?.amount;
  return tenders ?? (amount === undefined ? [] : [{ amount, tenderType: "CASH" }]);
}
