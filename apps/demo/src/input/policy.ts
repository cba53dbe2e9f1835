import {
  netcare,
  standardProvider,
  type Policy,
  parsePolicy,
  type ProviderProfile,
  stellr,
} from "@electrum-vouchers/core";
import { type Result, safeTry } from "neverthrow";
import { type GivenOptions, readOneOf, type Options, readWholeNumber } from "./arguments.ts";
import type { BadInput } from "./bad-input.ts";

export type PolicyOption = "messaging" | "provider" | "retries" | "reply-deadline-ms";

export const policyOptions: Options<PolicyOption> = {
  messaging: { valueName: "dual|single", help: "whether approvals must be confirmed; default: dual" },
  provider: { valueName: "NAME", help: "standard, netcare or stellr; default: by the receiver" },
  retries: { valueName: "NUMBER", help: "how often an unknown outcome is retried; default: 3" },
  "reply-deadline-ms": { valueName: "NUMBER", help: "how long to wait for each response; default: 60000" },
};

const profiles = { standard: standardProvider, netcare, stellr } as const;
const profileNames = ["standard", "netcare", "stellr"] as const;

/** The till's business rules: the defaults, with those that the options set. */
export function readPolicy(given: GivenOptions<PolicyOption>, receiver: string | undefined): Result<Policy, BadInput> {
  return safeTry(function* () {
    const messaging = yield* readOneOf(given, "messaging", ["dual", "single"]);
    const provider = yield* readOneOf(given, "provider", profileNames);
    const retries = yield* readWholeNumber(given, "retries", { min: 0, max: MAX_RETRIES });
    const replyDeadlineMs = yield* readWholeNumber(given, "reply-deadline-ms", { min: 1, max: MAX_REPLY_DEADLINE_MS });
    return parsePolicy({
      provider: provider === undefined ? profileOf(receiver) : profiles[provider],
      ...(messaging === undefined ? {} : { messaging }),
      ...(retries === undefined ? {} : { retries }),
      ...(replyDeadlineMs === undefined ? {} : { replyDeadlineMs }),
    }).mapErr((faults): BadInput => {
      throw new Error(`validated options give an invalid policy: ${JSON.stringify(faults)}`);
    });
  });
}

/** The bounds of the core's policy. They are checked here too, so that a fault is reported by its option. */
const MAX_RETRIES = 100;
const MAX_REPLY_DEADLINE_MS = 7 * 24 * 60 * 60 * 1000;

/** The profile of the provider that a request names. */
const profileOf = (receiver: string | undefined): ProviderProfile =>
  [stellr, netcare].find(({ name }) => name.toLowerCase() === receiver?.trim().toLowerCase()) ?? standardProvider;
