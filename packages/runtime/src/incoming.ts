// What a caller brings is validated and copied at the call, before anything is awaited: the caller may use its object again at once.

import {
  type CardNumbersInText,
  findCardNumbersInText,
  type Intent,
  maskCardNumbersInText,
  type MessageFault,
  type NamedReason,
  parseIntent,
  type Refusal,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { AlertReporter } from "./alert-reporter.ts";
import { refusedMessage, type TillError } from "./errors.ts";
import type { IntentTerms, TransactionService } from "./transaction-service.ts";

/** Applies an intent as it is now, whatever the caller does with its parts meanwhile. */
export const applyIntent = (
  transactions: Pick<TransactionService, "applyIntent">,
  id: Uuid,
  intent: Intent,
  cardNumbers: CardNumbersInText = "allow",
  terms?: IntentTerms,
): ResultAsync<Transaction, TillError> =>
  parseIntent(intent)
    .mapErr(refusedInput)
    .andThen((parsed) => screenText(parsed, cardNumbers))
    .asyncAndThen((parsed) => transactions.applyIntent(id, parsed, terms));

/**
 * Confirms, and says so if the confirmation is refused for its content: the customer may have paid already, so that from now on nothing is
 * reversed by itself.
 */
export const applyConfirmation = (
  transactions: Pick<TransactionService, "applyIntent">,
  id: Uuid,
  intent: Extract<Intent, { type: "confirm" }>,
  cardNumbers: CardNumbersInText,
  reportAlert: AlertReporter,
  terms?: IntentTerms,
): ResultAsync<Transaction, TillError> =>
  applyIntent(transactions, id, intent, cardNumbers, terms).orElse((error) => {
    const refusal = error.type === "refused" ? error.refusal : undefined;
    if (refusal?.type !== "invalidMessage" && refusal?.type !== "notAuthorised") return errAsync(error);
    return transactions
      .applyIntent(id, { type: "paymentStarted", at: intent.at }, terms)
      .andTee(({ state }) => {
        if (state === "issued" || state === "redeemed" || state === "refunded")
          reportAlert({ reason: "confirmationRefused", id, refusal });
      })
      .orElse(() => errAsync(error))
      .andThen(() => errAsync(error));
  });

/** The options of a call as they are now, whatever the caller does with its object meanwhile. */
export const copyOptions = <Options extends { readonly override?: NamedReason; readonly copy?: NamedReason }>(
  options: Options,
): Options => ({
  ...options,
  ...(options.override === undefined ? {} : { override: { ...options.override } }),
  ...(options.copy === undefined ? {} : { copy: { ...options.copy } }),
});

/** A validated message, or why the call is refused. */
export const acceptMessage = <Message>(
  parsed: Result<Message, readonly MessageFault[]>,
  cardNumbers: CardNumbersInText,
): Result<Message, TillError> => parsed.mapErr(refusedMessage).andThen((message) => screenText(message, cardNumbers));

/** What the till's owner wants of card numbers in free text. */
function screenText<Message>(message: Message, cardNumbers: CardNumbersInText): Result<Message, TillError> {
  if (cardNumbers === "allow") return ok(message);
  if (cardNumbers === "mask") return ok(maskCardNumbersInText(message));
  const faults = findCardNumbersInText(message);
  return faults.length === 0 ? ok(message) : err(refusedMessage(faults));
}

/** The client must be one that the till has credentials for: Electrum refuses another, and keeps its records by user. */
export const checkClient = (
  clients: readonly string[] | undefined,
  client: string | undefined,
): Result<void, TillError> =>
  clients === undefined || client === undefined || clients.includes(client)
    ? ok()
    : err(refusedMessage([{ path: "client.id", expected: "must be a client that the till has credentials for" }]));

/** The transaction, if it is stored. */
export const findStored = (
  transactions: Pick<TransactionService, "find">,
  id: Uuid,
): ResultAsync<Transaction | undefined, TillError> =>
  transactions
    .find(id)
    .map((found): Transaction | undefined => found)
    .orElse((error) => (error.type === "unknownTransaction" ? ok(undefined) : err(error)));

/** The client that a call is for if it names none: the only one of the till's credentials. */
export const onlyClientOf = ([only, ...others]: readonly string[] = []): string | undefined =>
  others.length === 0 ? only : undefined;

/** What exists already goes on, whatever keeps something new from beginning. Whether it exists is asked only after a refusal. */
export const unlessKnown = (
  refused: Result<void, TillError> | ResultAsync<void, TillError>,
  isKnown: () => ResultAsync<boolean, TillError>,
): ResultAsync<void, TillError> =>
  okAsync<void, TillError>(undefined)
    .andThen(() => refused)
    .orElse((error) => isKnown().andThen((known) => (known ? ok() : err<void, TillError>(error))));

const refusedInput = (refusal: Refusal): TillError => ({ type: "refused", refusal });
