import type { Instant } from "@electrum-vouchers/core";
import { deliverNextAdvice, providerNames, type World } from "@electrum-vouchers/simulator";
import type { Mark } from "./marks.ts";

/** What a loss of power leaves as it is: Electrum, and what is under way to it. */
export interface Surroundings {
  readonly at: Instant;
  readonly world: World;
  readonly underWay: readonly MessageUnderWay[];
}

/** A message that will arrive, although its sender is gone. */
export type MessageUnderWay = Extract<Mark, { type: "sent" }>;

/** The surroundings after these marks. */
export function surroundingsAfter(before: Surroundings, marks: readonly Mark[]): Surroundings {
  const world = marks.findLast((mark) => mark.world !== undefined)?.world ?? before.world;
  const received = new Set(marks.flatMap((mark) => (mark.type === "received" ? [mark.number] : [])));
  const sent = [...before.underWay, ...marks.filter((mark) => mark.type === "sent")];
  return {
    at: marks.at(-1)?.at ?? before.at,
    world,
    underWay: sent.filter(({ number, arrivesAt }) => arrivesAt !== undefined && !received.has(number)),
  };
}

/** The world once every provider has what is queued for it. */
export const deliverAllAdvices = (world: World, at: Instant): World =>
  providerNames.reduce((before, name) => {
    let attempt = deliverNextAdvice(before, name, at);
    while (attempt.delivered) attempt = deliverNextAdvice(attempt.world, name, at);
    return attempt.world;
  }, world);
