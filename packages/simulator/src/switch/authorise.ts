import type { Institution, ThirdPartyIdentifier, TransactionFields } from "@electrum-vouchers/core";
import type { SwitchCall } from "./call.ts";
import { findTransaction, historyEvent, transactionKeyOf, recordTransaction } from "./ledger.ts";
import type { SwitchRequestOperation } from "./operations.ts";
import { askProvider, recordReceived } from "./providers.ts";
import {
  asJson,
  createErrorResponse,
  type HandleResult,
  createJsonResponse,
  type SwitchResponse,
  respondUnchanged,
} from "./response.ts";
import { type LedgerTransaction, providerNamed, type VoucherRecord, type VoucherState, type World } from "./world.ts";

/** What an approval does: the next world, the voucher that changed, and the response. */
export interface ApprovalResult {
  readonly world: World;
  readonly voucher: VoucherRecord;
  readonly response: TransactionFields;
}

/** Asks the provider and records the outcome. `approve` applies an approval. */
export function authorise(
  world: World,
  call: SwitchCall<SwitchRequestOperation>,
  message: TransactionFields,
  provider: string,
  approve: (world: World) => ApprovalResult,
): HandleResult {
  const known = findTransaction(world, { ...call, id: message.id });
  const asked = recordReceived(world, provider, { at: call.at, operation: call.operation, id: message.id });
  const { world: next, response, state, ...changed } = outcomeOf(asked, call, message, provider, approve);
  // A redemption's id may be used again. The approved transaction with this id stays, unless the new one is approved.
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

/** The outcome of asking the provider: the next world, the response, and what changes in the transaction. */
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
  provider: string,
  approve: (world: World) => ApprovalResult,
): AuthorisationOutcome {
  const providerResponse = askProvider(world, provider);
  switch (providerResponse.outcome) {
    case "approved": {
      const { world: next, voucher, response } = approve(world);
      return {
        world: next,
        response: { ...createJsonResponse(201, response), delayMs: providerResponse.delayMs },
        state: isSingleMessaging(world, call.user) ? "completed" : "open",
        providerState: "approved",
        voucherCode: voucher.voucher.code,
      };
    }
    case "declined": {
      const freeString = `${provider} declined the request.`;
      const response = createErrorResponse(providerResponse.status, providerResponse.errorType, message, {
        freeString,
      });
      // If an earlier attempt's outcome is unknown, the provider may have approved that one. A decline of this one does not undo it.
      const isOpen = findTransaction(world, { ...call, id: message.id })?.state === "unknown";
      return isOpen
        ? { world, response, state: "unknown" }
        : { world, response, state: "declined", providerState: "declined" };
    }
    case "unavailable": {
      const freeString = `${provider} did not respond.`;
      const refusal = createErrorResponse(providerResponse.status, "UPSTREAM_UNAVAILABLE", message, { freeString });
      const response = { ...refusal, delayMs: providerResponse.delayMs };
      if (!providerResponse.processed) return { world, response, state: "unknown" };
      const { world: next, voucher } = approve(world);
      return { world: next, response, state: "unknown", providerState: "approved", voucherCode: voucher.voucher.code };
    }
  }
}

const isSingleMessaging = (world: World, user: string): boolean => world.settings.singleMessagingUsers.includes(user);

/** Whether an approval needs no confirmation: single messaging, or a provider that takes none. */
export const isFinalOnApproval = (world: World, user: string, provider: string): boolean =>
  isSingleMessaging(world, user) || !providerNamed(world, provider).profile.takesConfirmations;

/** The state into which each kind of transaction brings the voucher. */
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
  provider: string,
): VoucherState => lifecycle[kind][isFinalOnApproval(world, user, provider) ? "confirmed" : "approved"];

/** Refuses a request if the sender's user name is not its `client.id`. Advices name no client, so they are not checked. */
export function refuseWrongUser(
  world: World,
  call: SwitchCall<SwitchRequestOperation>,
  message: TransactionFields,
): HandleResult | undefined {
  if (call.user === message.client.id) return undefined;
  const freeString = "The user name of the Basic authentication differs from client.id.";
  return respondUnchanged(
    world,
    createErrorResponse(400, "AUTHENTICATION_ERROR", message, { freeString, client: asJson(message.client) }),
  );
}

/** The settlement entity, if the request names none. */
const defaultSettlementEntity: Institution = { id: "ElectrumSimulator", name: "Electrum Simulator" };

/** The fields that every approving response repeats, with the references of the parties that it passed appended. */
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
