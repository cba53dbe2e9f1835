import { type Check, object, oneOf, optional, required, text, variant, wholeNumber } from "../messages/check.ts";
import type { ProviderCondition } from "../switch/provider-profiles.ts";
import type { Restart } from "./admin-actions.ts";

/** An hour: a longer wait is a mistyped number. */
const MAX_DELAY_MS = 60 * 60 * 1000;

export const conditionCheck: Check<ProviderCondition> = variant<ProviderCondition>("state", {
  up: object({ state: required(oneOf("up")) }),
  slow: object({ state: required(oneOf("slow")), delayMs: required(wholeNumber(0, MAX_DELAY_MS)) }),
  down: object({ state: required(oneOf("down")) }),
  answerLost: object({ state: required(oneOf("answerLost")) }),
  declining: object<Extract<ProviderCondition, { readonly state: "declining" }>>({
    state: required(oneOf("declining")),
    status: optional(oneOf(400, 404)),
    errorType: optional(text({ max: 80 })),
  }),
});

export const messagingCheck: Check<{ readonly messaging: "dual" | "single" }> = object<{
  readonly messaging: "dual" | "single";
}>({
  messaging: required(oneOf("dual", "single")),
});

export const restartCheck: Check<Restart> = object<Restart>({
  memory: optional(oneOf("kept", "lost")),
  durationMs: optional(wholeNumber(0, MAX_DELAY_MS)),
});
