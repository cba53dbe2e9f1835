import {
  MAX_ATTEMPTS,
  MAX_WAIT_MS,
  netcare,
  ordinaryProvider,
  type Policy,
  policy,
  type ProviderProfile,
  stellr,
} from "@electrum-vouchers/core";
import { type Result, safeTry } from "neverthrow";
import { type Given, oneOf, type Options, wholeNumber } from "./arguments.ts";
import type { BadInput } from "./bad-input.ts";

export type PolicyOption = "messaging" | "provider" | "retries" | "reply-deadline-ms";

export const policyOptions: Options<PolicyOption> = {
  messaging: { takes: "dual|single", help: "whether approvals must be confirmed; default: dual" },
  provider: { takes: "NAME", help: "ordinary, netcare or stellr; default: by the receiver" },
  retries: { takes: "NUMBER", help: "how often an unknown outcome is retried; default: 3" },
  "reply-deadline-ms": { takes: "NUMBER", help: "how long to wait for each answer; default: 60000" },
};

const profiles = { ordinary: ordinaryProvider, netcare, stellr } as const;
const profileNames = ["ordinary", "netcare", "stellr"] as const;

/** The till's business rules, as far as the command line sets them. */
export function readPolicy(given: Given<PolicyOption>, receiver: string | undefined): Result<Policy, BadInput> {
  return safeTry(function* () {
    const messaging = yield* oneOf(given, "messaging", ["dual", "single"]);
    const provider = yield* oneOf(given, "provider", profileNames);
    const retries = yield* wholeNumber(given, "retries", { min: 0, max: MAX_ATTEMPTS });
    const replyDeadlineMs = yield* wholeNumber(given, "reply-deadline-ms", { min: 1, max: MAX_WAIT_MS });
    return policy({
      provider: provider === undefined ? profileOf(receiver) : profiles[provider],
      ...(messaging === undefined ? {} : { messaging }),
      ...(retries === undefined ? {} : { retries }),
      ...(replyDeadlineMs === undefined ? {} : { replyDeadlineMs }),
    }).mapErr((faults): BadInput => {
      throw new Error(`options that were checked give a faulty policy: ${JSON.stringify(faults)}`);
    });
  });
}

/** What is known of the provider that a request names. */
export const profileOf = (receiver: string | undefined): ProviderProfile =>
  [stellr, netcare].find(({ name }) => name.toLowerCase() === receiver?.trim().toLowerCase()) ?? ordinaryProvider;
