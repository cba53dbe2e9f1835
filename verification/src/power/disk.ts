// A disk that loses power: what may be found on it afterwards.
//
// Rules
// 1. What a file held when it was last synced is there. Of the rest, each write may be there or not, whole or in some of its
//    sectors, whatever came of the others. A change of size may be there or not.
// 2. An entry of the folder (a new file, a link, a new name, a removal) is certain once the folder was synced. Before that each
//    of them may have happened or not, also if the file itself was synced: POSIX promises no more.
// 3. If a sync of a file fails, what was written to it before stays uncertain for ever. Linux marks such pages as clean, so a later
//    sync that succeeds says nothing about them.
// 4. A sector is written whole or not at all, and nothing beside what is written is harmed ("powersafe overwrite", which SQLite
//    assumes as well).
// 5. Where nothing was written, a file that has grown holds zeros.
// 6. Of two writes to one sector, the first never survives the second. The kernel waits for the one before it sends the other.
//
// It is as hostile as POSIX permits. A journalling file system keeps more than this.

import type { Random } from "../random.ts";
import type { FolderContent } from "./folder-content.ts";
import type { DiskEvent } from "./recording.ts";

const SECTOR_BYTES = 512;

export interface Disk {
  apply(event: DiskEvent): void;
  /** What a process sees now. */
  current(): FolderContent;
  /** What may be found after a power loss now. */
  losePower(random: Random): FolderContent;
}

/** A change of a file that is not on the disk for certain. */
interface FileChange {
  readonly event: Extract<DiskEvent, { type: "write" | "truncate" }>;
  certainty: "certain" | "uncertain" | "uncertainForEver";
}

interface DiskFile {
  /** What is certain, before all changes. */
  content: Buffer;
  changes: FileChange[];
}

/** Both at once, as a rename does it. */
interface EntryChange {
  readonly removed?: string;
  readonly set?: readonly [name: string, file: DiskFile];
}

/** How much of a change is kept: all, nothing, or a write in some of its sectors. */
type Survival = (change: FileChange) => "whole" | "lost" | ((sector: number) => boolean);

export function createDisk(): Disk {
  const folder = createFolder();
  const files = new Map<number, DiskFile>();

  function fileOf(inode: number): DiskFile {
    const file = files.get(inode);
    if (file === undefined) throw new RangeError(`nothing created the file ${inode}`);
    return file;
  }

  /** An inode that is free is used again, for another file. */
  function add(inode: number, content: Buffer): DiskFile {
    const file: DiskFile = { content, changes: [] };
    files.set(inode, file);
    return file;
  }

  function apply(event: DiskEvent): void {
    switch (event.type) {
      case "create":
        return folder.change({ set: [event.name, add(event.inode, Buffer.alloc(0))] });
      case "write":
      case "truncate":
        fileOf(event.inode).changes.push({ event, certainty: "uncertain" });
        return undefined;
      case "sync":
        return sync(fileOf(event.inode));
      case "syncFailed":
        // What was done to the entries of the folder stays uncertain anyway, until the folder is synced.
        return failToSync(files.get(event.inode)?.changes ?? []);
      case "syncFolder":
        return folder.sync();
      case "link":
        return folder.change({ set: [event.to, fileOf(event.inode)] });
      case "rename":
        return folder.change({ removed: event.from, set: [event.to, fileOf(event.inode)] });
      case "unlink":
        return folder.change({ removed: event.name });
      case "powerLost":
        for (const { inode, content } of event.found) add(inode, content);
        return folder.restore(event.found.map(({ name, inode }) => [name, fileOf(inode)]));
      case "mark":
        return undefined;
    }
  }

  return {
    apply,
    current: () =>
      contentOf(
        folder.entries(() => true),
        () => "whole",
      ),
    losePower: (random) => {
      const survival = chooseSurvival(random);
      return contentOf(folder.entries(chooseKept(random)), survival);
    },
  };
}

/** The entries of the folder. */
interface Folder {
  change(change: EntryChange): void;
  sync(): void;
  /** It holds these, for certain. */
  restore(entries: readonly (readonly [string, DiskFile])[]): void;
  /** What it holds if these of the uncertain changes have happened. */
  entries(isKept: () => boolean): ReadonlyMap<string, DiskFile>;
}

function createFolder(): Folder {
  let certain: ReadonlyMap<string, DiskFile> = new Map();
  let changes: EntryChange[] = [];
  return {
    change: (change) => void changes.push(change),
    sync: () => {
      certain = entriesAfter(certain, changes);
      changes = [];
    },
    restore: (entries) => {
      certain = new Map(entries);
      changes = [];
    },
    entries: (isKept) => entriesAfter(certain, changes.filter(isKept)),
  };
}

/** A file with two names has one content. */
function contentOf(entries: ReadonlyMap<string, DiskFile>, survival: Survival): FolderContent {
  const contents = new Map([...new Set(entries.values())].map((file) => [file, contentAfter(file, survival)]));
  return new Map([...entries].map(([name, file]) => [name, contents.get(file) ?? file.content]));
}

function entriesAfter(entries: ReadonlyMap<string, DiskFile>, changes: readonly EntryChange[]): Map<string, DiskFile> {
  const after = new Map(entries);
  for (const { removed, set } of changes) {
    if (removed !== undefined) after.delete(removed);
    if (set !== undefined) after.set(...set);
  }
  return after;
}

function sync(file: DiskFile): void {
  for (const change of file.changes) if (change.certainty === "uncertain") change.certainty = "certain";
  // Behind a change that stays uncertain, the order of the others still matters.
  if (file.changes.some(({ certainty }) => certainty !== "certain")) return;
  file.content = contentAfter(file, () => "whole");
  file.changes = [];
}

function failToSync(changes: readonly FileChange[]): void {
  for (const change of changes) if (change.certainty === "uncertain") change.certainty = "uncertainForEver";
}

function contentAfter({ content, changes }: DiskFile, survival: Survival): Buffer {
  const size = Math.max(content.length, ...changes.map(({ event }) => sizeAfter(event)));
  const bytes = Buffer.alloc(size);
  content.copy(bytes);
  let length = content.length;
  for (const change of changes) {
    const survives = change.certainty === "certain" ? "whole" : survival(change);
    if (survives === "lost") continue;
    const { event } = change;
    if (event.type === "write") length = Math.max(length, write(bytes, event, survives));
    else {
      bytes.fill(0, event.size);
      length = event.size;
    }
  }
  return bytes.subarray(0, length);
}

const sizeAfter = (event: FileChange["event"]): number =>
  event.type === "write" ? event.offset + event.data.length : event.size;

/** Writes the sectors that survive. Gives the end of the last of them; 0 if there is none. */
function write(
  bytes: Buffer,
  { offset, data }: Extract<DiskEvent, { type: "write" }>,
  survives: "whole" | ((sector: number) => boolean),
): number {
  const end = offset + data.length;
  if (survives === "whole") {
    data.copy(bytes, offset);
    return end;
  }
  let written = 0;
  for (let sector = Math.floor(offset / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector += 1) {
    if (!survives(sector)) continue;
    const [from, to] = [Math.max(offset, sector * SECTOR_BYTES), Math.min(end, (sector + 1) * SECTOR_BYTES)];
    data.copy(bytes, from, from - offset, to - offset);
    written = to;
  }
  return written;
}

/** How likely a change is kept: one number for a whole power loss, so that some lose nearly all and some nearly nothing. */
const KEPT_RATES = [0, 0, 0.1, 0.5, 0.9, 1];

/** How likely a write that is neither lost nor whole is torn. */
const TORN_RATES = [0, 0, 0.3, 0.8];

function chooseSurvival({ chance, pick }: Random): Survival {
  const [keptRate, tornRate] = [pick(KEPT_RATES), pick(TORN_RATES)];
  return ({ event }) => {
    if (event.type === "write" && chance(tornRate)) return () => chance(keptRate);
    return chance(keptRate) ? "whole" : "lost";
  };
}

function chooseKept({ chance, pick }: Random): () => boolean {
  const keptRate = pick(KEPT_RATES);
  return () => chance(keptRate);
}
