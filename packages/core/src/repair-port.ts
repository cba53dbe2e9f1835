import type { MessageFault } from "./fault.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Instant } from "./time.ts";

/** Who wants a record rebuilt from its journal, and why. Both are journalled. */
export interface RepairRequest {
  readonly id: Uuid;
  /** The operator: 1 to 100 printable characters. */
  readonly by: string;
  /** 1 to 1,000 characters. */
  readonly reason: string;
  readonly at: Instant;
}

/** Why a record was not repaired. Nothing has changed. */
export type RepairRefused =
  | { readonly type: "invalidRepair"; readonly faults: readonly MessageFault[] }
  | {
      readonly type: "notRepaired";
      /**
       * - `unknown`: there is no such transaction
       * - `sound`: nothing is wrong with it
       * - `newer`: a newer release wrote it. It is left alone
       * - `entryDamaged`: entry `index` of the journal cannot be read
       * - `entriesMissing`: the journal has not one entry for each version
       * - `replayDiffers`: from entry `index` on, the journal does not lead where its entries say
       * - `finalStateDiffers`: the transaction is over, and the journal does not lead to the state that it ended in
       */
      readonly reason:
        | "unknown"
        | "sound"
        | "newer"
        | "entryDamaged"
        | "entriesMissing"
        | "replayDiffers"
        | "finalStateDiffers";
      /** The position of an entry in the journal, from 0 on. */
      readonly index?: number;
    };
