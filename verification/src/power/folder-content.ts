import { linkSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a folder holds: the content of each file. Two names of one file have the very same content, not a copy of it. */
export type FolderContent = ReadonlyMap<string, Buffer>;

/** A file as it was written to a folder. */
export interface StoredFile {
  readonly name: string;
  readonly inode: number;
  readonly content: Buffer;
}

/** The mode of what an outbox creates. */
const MODE = 0o600;

/** Makes a folder hold this, and nothing else. */
export function writeFolder(folder: string, content: FolderContent): readonly StoredFile[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const paths = new Map<Buffer, string>();
  return [...content].map(([name, bytes]) => {
    const path = join(folder, name);
    const linked = paths.get(bytes);
    if (linked === undefined) writeFileSync(path, bytes, { mode: MODE });
    else linkSync(linked, path);
    paths.set(bytes, path);
    return { name, inode: statSync(path).ino, content: bytes };
  });
}
