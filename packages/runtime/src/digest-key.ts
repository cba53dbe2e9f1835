import type { Digester, MessageFault } from "@electrum-vouchers/core";
import { objectOf, type OptionCheck } from "@electrum-vouchers/core/ports";
import { err, ok, Result } from "neverthrow";
import { createHmac } from "node:crypto";

/** The key under which redaction digests what it masks, so that a repeat is recognised afterwards. */
export interface DigestKey {
  /** Names the key: 1 to 100 characters, and no secret. Each key has another name. */
  readonly id: string;
  /** At least 32 random bytes. A reader who has them and the store can test guesses of what was masked. */
  readonly secret: Uint8Array;
}

const MAX_KEY_ID = 100;

/** As many as the digest has. */
const MIN_SECRET_BYTES = 32;

const checkDigestKey: OptionCheck = objectOf({
  id: (id) =>
    typeof id === "string" && id.length > 0 && id.length <= MAX_KEY_ID
      ? []
      : [{ path: "", expected: `must be text of 1 to ${MAX_KEY_ID} characters` }],
  secret: (secret) =>
    secret instanceof Uint8Array && secret.length >= MIN_SECRET_BYTES
      ? []
      : [{ path: "", expected: `must be at least ${MIN_SECRET_BYTES} bytes` }],
});

/** The digester of the key that the callback gives, or what is wrong with it. A fault never repeats the key. */
export function readDigestKey(callback: (() => DigestKey) | undefined): Result<Digester | undefined, MessageFault> {
  if (callback === undefined) return ok(undefined);
  if (typeof callback !== "function") return err({ path: "digestKey", expected: "must be a function" });
  const key = Result.fromThrowable(callback)();
  if (key.isErr()) return err({ path: "digestKey", expected: "must give a key, and not throw" });
  const [fault] = checkDigestKey(key.value);
  return fault === undefined
    ? ok(createDigester(key.value))
    : err({ path: `digestKey.${fault.path}`, expected: fault.expected });
}

/** HMAC-SHA-256 under a copy of the key. */
function createDigester({ id, secret }: DigestKey): Digester {
  const key = Uint8Array.from(secret);
  return { keyId: id, digest: (text) => createHmac("sha256", key).update(text, "utf8").digest("base64url") };
}
