import type { DiskEvent } from "./recording.ts";

/** Something wrong with how an outbox makes its file durable. Each must be caught: a check that nothing can fail shows nothing. */
export interface PowerDefect {
  readonly name: string;
  /** The seed to begin with. It saves time if the defect was caught there before. */
  readonly from: number;
  /** What the outbox itself does wrong. */
  readonly inOutbox?: "synchronousNormal" | "walKeptAsItIs";
  /** Whether the outbox goes on after a failed sync, as if it had succeeded. */
  readonly hidesFailure?: true;
  /** Whether the outbox does not sync here, where it should. `name`: what the file was called when it was created. */
  readonly forgets?: (event: DiskEvent, name: string | undefined) => boolean;
}

export const powerDefects: readonly PowerDefect[] = [
  { from: 1, name: "synchronous = NORMAL", inOutbox: "synchronousNormal" },
  {
    from: 1,
    name: "a commit that is not synced",
    forgets: ({ type }, name) => type === "sync" && name?.endsWith("-wal") === true,
  },
  {
    from: 1,
    name: "a checkpoint that is not synced",
    forgets: ({ type }, name) => type === "sync" && name?.endsWith("-wal") === false,
  },
  { from: 1, name: "a creation without a sync of the folder", forgets: ({ type }) => type === "syncFolder" },
  { from: 5, name: "an outbox that goes on after a failed sync", hidesFailure: true },
  {
    from: 5,
    name: "an outbox that neither writes its WAL again after a failed sync nor empties it",
    inOutbox: "walKeptAsItIs",
  },
];
