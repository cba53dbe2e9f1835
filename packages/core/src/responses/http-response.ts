/** What came back from Electrum: a complete HTTP answer, read by nobody yet. */
export interface HttpResponse {
  readonly status: number;
  /** The whole body as text; empty where there was none. May hold a voucher: never log it. */
  readonly body: string;
  /** How long the sender asked us to wait before repeating (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * Why there is no complete answer. None of these proves that Electrum did not process the message.
 *
 * - `deadline`: no complete answer in time
 * - `notSent`: the deadline had passed, or the adapter was closed, before anything was sent
 * - `unreachable`: no connection (refused, name not found, no route)
 * - `insecure`: the TLS handshake failed
 * - `interrupted`: the connection broke before the answer was complete
 * - `tooLarge`: the answer was larger than the adapter takes
 * - `credentials`: the credentials could not be had, so nothing was sent
 * - `stopped`: the adapter was closed while it waited
 */
export type NoResponseCause =
  | "deadline"
  | "notSent"
  | "unreachable"
  | "insecure"
  | "interrupted"
  | "tooLarge"
  | "credentials"
  | "stopped";

/** No complete answer. */
export interface NoResponse {
  readonly cause: NoResponseCause;
}
