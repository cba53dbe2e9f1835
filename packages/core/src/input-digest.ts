/** Digests inputs under a key that the core does not know. */
export interface Digester {
  /** Names the key: at most 100 characters, and no secret. A new key has a new name. */
  readonly keyId: string;
  /** The HMAC of a text, as text. It must be pure. */
  digest(text: string): string;
}

/** What redaction keeps of an input, to recognise a repeat by. */
export interface InputDigest {
  readonly keyId: string;
  readonly value: string;
}

/** Whether an input is one that was taken before. */
export type Sameness =
  | "same"
  | "different"
  /** What redaction has masked cannot be compared: no digest was kept, or its key is not at hand. */
  | "secretsNotCompared";
