import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Json, MessageFault } from "@electrum-vouchers/core";
import { parseJson } from "@electrum-vouchers/testkit";
import { ok, type Result } from "neverthrow";
import { type BadInput, badInput } from "./bad-input.ts";
import { findDuplicateFields } from "./duplicate-fields.ts";
import { decodeFile } from "./text.ts";

/** 1 MiB. Electrum's longest message has some ten kilobytes, so a larger file is not a message. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Reads a file, or standard input if its name is `-`. `option` is the option that named it. */
function readText(option: string, file: string): Result<string, BadInput> {
  const name = displayNameOf(file);
  try {
    const handle = file === "-" ? 0 : openSync(file, "r");
    try {
      if (fstatSync(handle).isDirectory()) return badInput(`${option} ${name}: is a folder; expected a file`);
      const bytes = readUpTo(handle, MAX_FILE_BYTES + 1);
      return bytes.length <= MAX_FILE_BYTES
        ? decodeFile(bytes).mapErr((fault): BadInput => ({ lines: [`${option} ${name}: ${fault}`] }))
        : badInput(`${option} ${name}: is too large; expected at most ${MAX_FILE_BYTES} bytes`);
    } finally {
      if (file !== "-") closeSync(handle);
    }
  } catch (thrown) {
    return badInput(`${option} ${name}: ${describeReadError(thrown)}`);
  }
}

const displayNameOf = (file: string): string => (file === "-" ? "(standard input)" : file);

function readUpTo(handle: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit);
  for (let length = 0; ; ) {
    const read = length === limit ? 0 : readSync(handle, bytes, length, limit - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
}

function describeReadError(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  switch (code) {
    case "ENOENT":
      return "no such file";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    default:
      return `cannot be read (${typeof code === "string" ? code : "unknown reason"})`;
  }
}

/** Reads a message of Electrum's from a file. Bad input has a line for each fault, with its path. */
export function readMessage<Message>(
  file: string,
  name: string,
  parse: (json: Json) => Result<Message, readonly MessageFault[]>,
): Result<Message, BadInput> {
  return readText("--request", file).andThen((text) => {
    const json = parseJson(text);
    if (json === undefined) {
      return badInput(
        `--request ${displayNameOf(file)}: is not JSON${locateSyntaxError(text)}; expected Electrum's ${name}`,
      );
    }
    const [twice] = findDuplicateFields(text);
    if (twice !== undefined)
      return badInput(`--request ${displayNameOf(file)}: has the field ${twice} twice; expected each field once`);
    return parse(json).mapErr(
      (faults): BadInput => ({
        lines: [
          `--request ${displayNameOf(file)}: is not a valid ${name} by Electrum's schema:`,
          ...faults.map(({ path, expected }) => `  ${path === "" ? "the message" : path} ${expected}`),
        ],
      }),
    );
  });
}

/** The position of a syntax error. The parser's own message is not used: it quotes the text, which may hold a voucher code. */
function locateSyntaxError(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (thrown) {
    const offset = /at position (\d+)/.exec(thrown instanceof Error ? thrown.message : "")?.[1];
    if (offset === undefined) return "";
    const before = text.slice(0, Number(offset)).split("\n");
    return ` (line ${before.length}, column ${(before.at(-1) ?? "").length + 1})`;
  }
}

/** Reads a secret from a file of one line. Line ends after it are no content, whichever system has written them. */
export function readSecret(option: string, file: string): Result<string, BadInput> {
  return readText(option, file).andThen((text) => {
    const [secret = "", ...rest] = text.split(/\r\n|\n|\r/);
    if (secret === "" || rest.some((line) => line !== "")) {
      return badInput(`${option} ${displayNameOf(file)}: expected one line that is not empty`);
    }
    return ok(secret);
  });
}
