export type { Clock } from "./clock.ts";
export { randomId, systemClock } from "./clock.ts";
export type { TillError } from "./errors.ts";
export type { Alert, ForwarderStatus, EventListener, RuntimeEvent } from "./events.ts";
export type { Forwarding, PolicySelector, PolicySubject, TillOptions } from "./options.ts";
export type { LookUpOptions } from "./redemptions.ts";
export type { Till } from "./till.ts";
export { startTill } from "./till.ts";
