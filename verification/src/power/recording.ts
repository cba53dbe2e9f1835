// Reads the log of `recorder.c`.

import type { StoredFile } from "./folder-content.ts";

/** An event of the log: something that a process did to its folder, or said. */
export type DiskEvent =
  | { readonly type: "create"; readonly name: string; readonly inode: number }
  | { readonly type: "write"; readonly inode: number; readonly offset: number; readonly data: Buffer }
  | { readonly type: "truncate"; readonly inode: number; readonly size: number }
  /** All that was written to the file so far is on the disk. */
  | { readonly type: "sync"; readonly inode: number }
  /** The process was told that the disk failed. What it had written to the file may never reach the disk. */
  | { readonly type: "syncFailed"; readonly inode: number }
  /** All that was done to the entries of the folder so far is on the disk. */
  | { readonly type: "syncFolder" }
  | { readonly type: "link"; readonly to: string; readonly inode: number }
  | { readonly type: "rename"; readonly from: string; readonly to: string; readonly inode: number }
  | { readonly type: "unlink"; readonly name: string }
  /** The power was lost, and this is what was found afterwards. It is not in the log. */
  | { readonly type: "powerLost"; readonly found: readonly StoredFile[] }
  /** What the process says of itself. See `marks.ts`. */
  | { readonly type: "mark"; readonly text: string };

/** Two numbers of 32 bits and three of 64 precede the name and the data of an event. */
const HEADER_BYTES = 32;

/** The events of a log, in their order. */
export function readRecording(log: Buffer): readonly DiskEvent[] {
  const events: DiskEvent[] = [];
  for (let at = 0; at < log.length; ) {
    const [kind, nameBytes] = [log.readUInt32LE(at), log.readUInt32LE(at + 4)];
    const [inode, offset, dataBytes] = [8, 16, 24].map((field) => Number(log.readBigUInt64LE(at + field)));
    const dataAt = at + HEADER_BYTES + nameBytes;
    const end = dataAt + (dataBytes ?? 0);
    const names = log.toString("utf8", at + HEADER_BYTES, dataAt).split("\n");
    events.push(toEvent(kind, { names, inode: inode ?? 0, offset: offset ?? 0, data: log.subarray(dataAt, end) }));
    at = end;
  }
  return events;
}

interface EventFields {
  readonly names: readonly string[];
  readonly inode: number;
  readonly offset: number;
  readonly data: Buffer;
}

/** The numbers are those of `recorder.c`. */
function toEvent(kind: number, { names: [first = "", second = ""], inode, offset, data }: EventFields): DiskEvent {
  switch (kind) {
    case 1:
      return { type: "create", name: first, inode };
    case 2:
      return { type: "write", inode, offset, data };
    case 3:
      return { type: "truncate", inode, size: offset };
    case 4:
      return { type: "sync", inode };
    case 5:
      return { type: "syncFailed", inode };
    case 6:
      return { type: "syncFolder" };
    case 7:
      return { type: "link", to: second, inode };
    case 8:
      return { type: "rename", from: first, to: second, inode };
    case 9:
      return { type: "unlink", name: first };
    case 10:
      return { type: "mark", text: data.toString("utf8") };
    default:
      throw new RangeError(`the recorder cannot record this: ${first} (${kind})`);
  }
}
