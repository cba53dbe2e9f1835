import type { Instant } from "@electrum-vouchers/core";
import type { ProviderCondition, FaultPlan, Restart } from "@electrum-vouchers/simulator";
import * as v from "valibot";

/** What the switch says of itself at its administration: the flows believe no other source about it. */
export interface SwitchAdmin {
  readonly transaction: (id: string) => Promise<SwitchTransaction | undefined>;
  readonly voucherState: (code: string) => Promise<string>;
  readonly provider: (name: string) => Promise<SwitchProvider>;
  readonly requests: () => Promise<readonly LoggedRequest[]>;
  readonly setFaults: (plan: FaultPlan) => Promise<void>;
  readonly setProvider: (name: string, condition: ProviderCondition) => Promise<void>;
  readonly restart: (restart: Restart) => Promise<void>;
}

export interface SwitchTransaction {
  readonly state: string;
  readonly provider: string;
  /** What the provider makes of it. */
  readonly providerState: string;
  readonly voucherCode?: string | undefined;
}

export interface SwitchProvider {
  readonly name: string;
  /** How many advices wait for it. */
  readonly queued: number;
  readonly receivedMessages: readonly ProviderMessage[];
}

export interface ProviderMessage {
  readonly at: Instant;
  readonly operation: string;
  readonly id?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface LoggedRequest {
  readonly operation?: string | undefined;
  readonly body?: unknown;
  readonly response?: { readonly status: number; readonly body: unknown } | undefined;
}

const transactionsSchema: v.GenericSchema<unknown, { readonly transactions: readonly SwitchTransaction[] }> = v.object({
  transactions: v.array(
    v.object({
      state: v.string(),
      provider: v.string(),
      providerState: v.string(),
      voucherCode: v.optional(v.string()),
    }),
  ),
});

const providersSchema: v.GenericSchema<unknown, { readonly providers: readonly SwitchProvider[] }> = v.object({
  providers: v.array(
    v.object({
      name: v.string(),
      queued: v.number(),
      receivedMessages: v.array(
        v.object({
          at: v.number(),
          operation: v.string(),
          id: v.optional(v.string()),
          requestId: v.optional(v.string()),
        }),
      ),
    }),
  ),
});

const requestsSchema: v.GenericSchema<unknown, { readonly latest: readonly LoggedRequest[] }> = v.object({
  latest: v.array(
    v.object({
      operation: v.optional(v.string()),
      body: v.unknown(),
      response: v.optional(v.object({ status: v.number(), body: v.unknown() })),
    }),
  ),
});

const voucherSchema: v.GenericSchema<unknown, { readonly state: string }> = v.object({ state: v.string() });

export function connectSwitchAdmin(adminUrl: string): SwitchAdmin {
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(`${adminUrl}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the switch answered ${response.status} to ${path}`);
    return response;
  };
  const get = async <Value>(path: string, schema: v.GenericSchema<unknown, Value>): Promise<Value> =>
    v.parse(schema, await (await send("GET", path)).json());
  return {
    transaction: async (id) => {
      const { transactions } = await get(`transactions/${id}`, transactionsSchema);
      return transactions[0];
    },
    voucherState: async (code) => (await get(`vouchers/${code}`, voucherSchema)).state,
    provider: async (name) => {
      const { providers } = await get("providers", providersSchema);
      const provider = providers.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (provider === undefined) throw new Error(`the switch knows no provider ${name}`);
      return provider;
    },
    requests: async () => (await get("requests", requestsSchema)).latest,
    setFaults: async (plan) => void (await send("PUT", "faults", plan)),
    setProvider: async (name, condition) => void (await send("PUT", `providers/${name}`, condition)),
    // It breaks every connection, this one too.
    restart: async (restart) => void (await send("POST", "restart", restart).catch(() => undefined)),
  };
}
