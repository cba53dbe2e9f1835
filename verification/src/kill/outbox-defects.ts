import { setTimeout as pause } from "node:timers/promises";
import { okAsync } from "neverthrow";
import type { TillOutbox } from "./till-store.ts";

/** Outboxes with a defect that the kills must detect. */
export const outboxDefects = {
  /** It acknowledges a confirmation shortly before it is stored. */
  acknowledgesEarly: (outbox: TillOutbox): TillOutbox => ({
    ...outbox,
    commit: (change) => {
      if (change.state !== "confirming") return outbox.commit(change);
      void commitLater();
      return okAsync();

      async function commitLater(): Promise<void> {
        await pause(COMMIT_DELAY_MS);
        (await outbox.commit(change)).orTee(({ type }) => console.error(type));
      }
    },
  }),
  /** It says that the mark of a hand-over is stored, and does not store it. */
  forgetsHandOvers: (outbox: TillOutbox): TillOutbox => ({
    ...outbox,
    commit: (change) => (change.entry.includes('"type":"handOver"') ? okAsync() : outbox.commit(change)),
  }),
  /** It finds nothing that was committed by a clock that was ahead. */
  believesEveryClock: (outbox: TillOutbox): TillOutbox => ({ ...outbox, findAhead: () => okAsync([]) }),
};

const COMMIT_DELAY_MS = 100;

export type OutboxDefect = keyof typeof outboxDefects;

export const isOutboxDefect = (name: string | undefined): name is OutboxDefect =>
  name !== undefined && Object.hasOwn(outboxDefects, name);
