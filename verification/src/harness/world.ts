import type { Policy } from "@electrum-vouchers/core";
import { createWorld, type World } from "@electrum-vouchers/simulator";
import { USER } from "../request-fields.ts";

export interface WorldOptions {
  readonly messaging: Policy["messaging"];
  /** Whether the switch remembers a reversal that came before its request. Default: it does. */
  readonly remembersReversals?: boolean;
}

/** The world of one shop, in which nothing has happened yet. */
export const createEmptyWorld = ({ messaging, remembersReversals = true }: WorldOptions): World =>
  createWorld({
    // What this library sends must pass the Swagger to the letter.
    strict: true,
    singleMessagingUsers: messaging === "single" ? [USER] : [],
    remembersReversals,
    // The history is only for display. Without it the world is no larger than what the switch decides by.
    maxHistory: 0,
  });
