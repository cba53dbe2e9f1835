import { err, ok, type Result } from "neverthrow";

/**
 * The text of a file that an operator hands in, or what is wrong with it. A byte order mark at its start, as Windows' editors write it,
 * is no content.
 */
export function decodeFile(bytes: Uint8Array): Result<string, string> {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) return err("is UTF-16; expected UTF-8");
  // UTF-16 without a mark has a NUL in each letter. No text that Electrum takes has one.
  if (bytes.includes(0)) return err("holds NUL, as UTF-16 or a binary file does; expected UTF-8 text");
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return err("is not UTF-8; expected UTF-8 text");
  }
}
