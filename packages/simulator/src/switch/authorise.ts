import type { Institution, ThirdPartyIdentifier, TransactionFields } from "@electrum-vouchers/core";
import type { SwitchCall } from "./call.ts";
import { findTransaction, historyEvent, transactionKeyOf, recordTransaction } from "./ledger.ts";
import type { SwitchRequestOperation } from "./operations.ts";
import { askProvider, recordReceived } from "./providers.ts";
import { profiles, type ProviderName } from "./provider-profiles.ts";
import {
  asJson,
  errorResponse,
  type HandleResult,
  jsonResponse,
  type SwitchResponse,
  respondUnchanged,
} from "./response.ts";
import type { LedgerTransaction, VoucherRecord, VoucherState, World } from "./world.ts";

/** What an approval makes of the world: its voucher moves, and this is the answer. */
export interface ApprovalResult {
  readonly world: World;
  readonly voucher: VoucherRecord;
  readonly response: TransactionFields;
}

/** Asks the provider and records what came of it. `approve` says what an approval does. */
export function authorise(
  world: World,
  call: SwitchCall<SwitchRequestOperation>,
  message: TransactionFields,
  provider: ProviderName,
  approve: (world: World) => ApprovalResult,
): HandleResult {
  const known = findTransaction(world, { ...call, id: message.id });
  const asked = recordReceived(world, provider, { at: call.at, operation: call.operation, id: message.id });
  const { world: next, response, state, ...changed } = outcomeOf(asked, call, message, provider, approve);
  // A redemption's id may be used again: what stands under it goes on, unless the new one is approved.
  if (known !== undefined && approvedStates.includes(known.state) && !approvedStates.includes(state)) {
    return { world: next, response, forwards: [] };
  }
  const { status, body, delayMs = 0 } = response;
  const transaction: Omit<LedgerTransaction, "number" | "history"> = {
    providerState: "notReceived",
    ...known,
    ...transactionKeyOf({ ...call, id: message.id }),
    provider,
    terminalId: message.originator.terminalId,
    requestTime: message.time,
    ...(message.receiver === undefined ? {} : { receiver: message.receiver }),
    state,
    ...changed,
    response: { status, body, at: call.at + delayMs },
  };
  const event = historyEvent(call.at, `${call.operation}: ${status}, ${state}`);
  return { world: recordTransaction(next, transaction, event), response, forwards: [] };
}

const approvedStates: readonly LedgerTransaction["state"][] = ["open", "completed", "confirmed"];

/** What asking the provider comes to: the world after it, the answer, and what changes in the transaction. */
interface AuthorisationOutcome
  extends Pick<LedgerTransaction, "state">,
    Partial<Pick<LedgerTransaction, "providerState" | "voucherCode">> {
  readonly world: World;
  readonly response: SwitchResponse;
}

function outcomeOf(
  world: World,
  call: SwitchCall<SwitchRequestOperation>,
  message: TransactionFields,
  provider: ProviderName,
  approve: (world: World) => ApprovalResult,
): AuthorisationOutcome {
  const providerResponse = askProvider(world, provider);
  switch (providerResponse.outcome) {
    case "approved": {
      const { world: next, voucher, response } = approve(world);
      return {
        world: next,
        response: { ...jsonResponse(201, response), delayMs: providerResponse.delayMs },
        state: isSingleMessaging(world, call.user) ? "completed" : "open",
        providerState: "approved",
        voucherCode: voucher.voucher.code,
      };
    }
    case "declined": {
      const freeString = `${provider} declined the request.`;
      const response = errorResponse(providerResponse.status, providerResponse.errorType, message, { freeString });
      // A provider that left an earlier attempt open may have approved that one: its decline of this one does not undo it.
      const isOpen = findTransaction(world, { ...call, id: message.id })?.state === "unknown";
      return isOpen
        ? { world, response, state: "unknown" }
        : { world, response, state: "declined", providerState: "declined" };
    }
    case "unavailable": {
      const freeString = `${provider} did not answer.`;
      const refusal = errorResponse(providerResponse.status, "UPSTREAM_UNAVAILABLE", message, { freeString });
      const response = { ...refusal, delayMs: providerResponse.delayMs };
      if (!providerResponse.processed) return { world, response, state: "unknown" };
      const { world: next, voucher } = approve(world);
      return { world: next, response, state: "unknown", providerState: "approved", voucherCode: voucher.voucher.code };
    }
  }
}

const isSingleMessaging = (world: World, user: string): boolean => world.settings.singleMessagingUsers.includes(user);

/** Nothing more is needed for the approval to stand: single messaging, or a provider that takes no advices. */
const isFinalOnApproval = (world: World, user: string, provider: ProviderName): boolean =>
  isSingleMessaging(world, user) || !profiles[provider].takesAdvices;

/** Where each kind of transaction brings the voucher. */
export const lifecycle: Readonly<
  Record<LedgerTransaction["kind"], { readonly [Step in "approved" | "confirmed" | "reversed"]: VoucherState }>
> = {
  provision: { approved: "PROVISIONED", confirmed: "CONFIRMED_PROVISIONED", reversed: "REVERSED" },
  redemption: { approved: "REDEEMED", confirmed: "CONFIRMED_REDEEMED", reversed: "CONFIRMED_PROVISIONED" },
  refund: { approved: "REFUNDED", confirmed: "CONFIRMED_PROVISIONED", reversed: "CONFIRMED_REDEEMED" },
};

export const stateAfterApproval = (
  world: World,
  { kind, user }: SwitchCall<SwitchRequestOperation>,
  provider: ProviderName,
): VoucherState => lifecycle[kind][isFinalOnApproval(world, user, provider) ? "confirmed" : "approved"];

/** The sender's user name must be `client.id`; checked for requests only, since advices name no client. */
export function refuseWrongUser(
  world: World,
  call: SwitchCall<SwitchRequestOperation>,
  message: TransactionFields,
): HandleResult | undefined {
  if (call.user === message.client.id) return undefined;
  const freeString = "The user name of the Basic authentication differs from client.id.";
  return respondUnchanged(
    world,
    errorResponse(400, "AUTHENTICATION_ERROR", message, { freeString, client: asJson(message.client) }),
  );
}

/** The party that settles where the request names none. */
const defaultSettlementEntity: Institution = { id: "ElectrumSimulator", name: "Electrum Simulator" };

/** What every answer to an approved request repeats, with the references of the parties that it passed appended. */
export function responseFields(
  world: World,
  message: TransactionFields,
): { readonly settlementEntity: Institution; readonly thirdPartyIdentifiers: readonly ThirdPartyIdentifier[] } {
  const settlementEntity = message.settlementEntity ?? defaultSettlementEntity;
  const parties = message.receiver === undefined ? [settlementEntity] : [settlementEntity, message.receiver];
  const number = String(world.recorded + 1).padStart(8, "0");
  return {
    settlementEntity,
    thirdPartyIdentifiers: [
      ...message.thirdPartyIdentifiers,
      ...parties.map(({ id }, index) => ({
        institutionId: id,
        transactionIdentifier: `${index === 0 ? "SETTLEMENT" : "RECEIVER"}-${number}`,
      })),
    ],
  };
}
