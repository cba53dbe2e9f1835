// Room for the time when the disk is full.
//
// Even reading needs room then: SQLite makes a `-shm` beside the file. To remove old transactions needs more: what stands in the
// WAL has to be copied into the database first, which may have to grow for it. So a part of the disk is kept as a file,
// `PATH-reserve`, and given back piece by piece: to open the outbox, and to retention. Commits get nothing of it, or nothing would
// be left for retention, which makes room for them.
//
// It is as large as the WAL becomes, since the database grows by no more than that at once. A new outbox has the first part of it;
// maintenance completes it.
//
// What it does not know: what else fills the disk. Another program may take what was given back.

import { randomFillSync } from "node:crypto";
import { statfsSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { bestEffort, createEmptyFile, find, MODE } from "./file-system.ts";

export interface Reserve {
  /** Makes the first part, if there is no reserve, and the disk has room. */
  begin(): void;
  /** Fills the reserve, as far as the disk has room. */
  fill(): void;
  /** Gives a piece back to the disk. False: nothing was left, or it could not. */
  release(): boolean;
}

/** As large as the WAL becomes; see `WAL_PAGES` in connection.ts. */
const RESERVE_BYTES = 16 * 2 ** 20;

/** Enough for both `-shm`, of 32 kB each, and for the pages that the removal of one transaction changes. */
const PIECE_BYTES = 128 * 2 ** 10;

/** The first part has so many pieces. */
const FIRST_PIECES = 4;

/** One of so many parts of what is left is given back at once. */
const PARTS = 4;

/** The reserve takes at most one of so many parts of the room on the disk. */
const SHARES = 8;

export const reservePathOf = (path: string): string => `${path}-reserve`;

export function createReserve(path: string): Reserve {
  const file = reservePathOf(path);
  const size = (): number => find(file)?.size ?? 0;

  function growTo(wanted: number): void {
    const left = size();
    if (left >= wanted) return;
    const { bavail, bsize } = statfsSync(dirname(file));
    const missing = piecesOf(Math.min(wanted - left, (bavail * bsize) / SHARES));
    // Random bytes take their room on file systems, too, that compress.
    if (missing > 0 && find(file) === undefined) createEmptyFile(file, path);
    const piece = randomFillSync(Buffer.alloc(PIECE_BYTES));
    for (let n = 0; n < missing; n += 1) writeFileSync(file, piece, { mode: MODE, flag: "a" });
  }

  return {
    begin: () => bestEffort(() => growTo(FIRST_PIECES * PIECE_BYTES)),
    fill: () => bestEffort(() => growTo(RESERVE_BYTES)),
    release: () => {
      const left = size();
      bestEffort(() => truncateSync(file, Math.max(0, left - Math.max(PIECE_BYTES, Math.ceil(left / PARTS)))));
      return size() < left;
    },
  };
}

const piecesOf = (bytes: number): number => Math.floor(bytes / PIECE_BYTES);
