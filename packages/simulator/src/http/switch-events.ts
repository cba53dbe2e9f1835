// What happens in the running switch, for those who watch it live. An event holds ids, states and error types, and no secret.

import type { Instant } from "@electrum-vouchers/core";
import type { FaultKind } from "../faults/fault.ts";
import { isJsonObject, parseJson } from "../json.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { SwitchResponse } from "../switch/response.ts";
import type { ReceivedMessage, World } from "../switch/world.ts";
import type { AcceptedRequest } from "./accepted-request.ts";
import { createObservers } from "./observers.ts";

/** Something that just happened, for a live view. It holds no secret. */
export type SwitchEvent =
  | ExchangeEvent<"request">
  | (ExchangeEvent<"response"> & {
      /** Absent if no response was sent. */
      readonly status?: number;
      readonly errorType?: string;
    })
  /** A provider was told. */
  | (ReceivedMessage & { readonly type: "provider"; readonly provider: string })
  /** The ledger, a provider or the fault plan is another one. */
  | { readonly type: "changed" };

interface ExchangeEvent<Type extends "request" | "response"> {
  readonly type: Type;
  readonly at: Instant;
  readonly user: string;
  readonly operation?: SwitchOperation;
  /** The message's own id. */
  readonly id?: string;
  readonly fault?: FaultKind;
}

/** Tells those who watch. Nothing is done while nobody does. */
export interface SwitchEvents {
  /** Adds a listener. Returns what removes it; `undefined` if too many listen already. */
  readonly observe: (listener: (event: SwitchEvent) => void) => (() => void) | undefined;
  /** Returns what it is given. */
  readonly accepted: (accepted: AcceptedRequest) => AcceptedRequest;
  readonly responded: (accepted: AcceptedRequest, response: SwitchResponse | undefined, at: Instant) => void;
  readonly worldChanged: (before: World, after: World) => void;
  readonly changed: () => void;
}

/** A page for each developer of a team, and some more. */
const MAX_OBSERVERS = 32;

export function createSwitchEvents(): SwitchEvents {
  const observers = createObservers<SwitchEvent>(MAX_OBSERVERS);
  const changed = (): void => observers.emit(() => [{ type: "changed" }]);
  return {
    observe: observers.add,
    accepted(accepted) {
      observers.emit(() => [{ type: "request", ...exchangeOf(accepted, accepted.request.at) }]);
      return accepted;
    },
    responded: (accepted, response, at) =>
      observers.emit(() => [{ type: "response", ...exchangeOf(accepted, at), ...responseOf(response) }]),
    worldChanged(before, after) {
      observers.emit(() => receivedSince(before, after));
      changed();
    },
    changed,
  };
}

const exchangeOf = (
  { request: { user }, attributes, fault }: AcceptedRequest,
  at: Instant,
): Omit<ExchangeEvent<"request">, "type"> => ({
  at,
  user,
  ...(attributes === undefined ? {} : { operation: attributes.operation }),
  ...(attributes?.id === undefined ? {} : { id: attributes.id }),
  ...(fault === undefined ? {} : { fault: fault.kind }),
});

function responseOf(response: SwitchResponse | undefined): { readonly status?: number; readonly errorType?: string } {
  if (response === undefined) return {};
  const body = response.status < 400 ? undefined : parseJson(response.body);
  const errorType = isJsonObject(body) ? body["errorType"] : undefined;
  return { status: response.status, ...(typeof errorType === "string" ? { errorType } : {}) };
}

/** What the providers have received since the world was this one. */
const receivedSince = (before: World, after: World): readonly SwitchEvent[] =>
  before.providers === after.providers
    ? []
    : Object.entries(after.providers).flatMap(([provider, { receivedCount, receivedMessages }]) => {
        const isNew = receivedCount - (before.providers[provider]?.receivedCount ?? 0);
        return isNew <= 0
          ? []
          : receivedMessages.slice(-isNew).map((message) => ({ type: "provider" as const, provider, ...message }));
      });
