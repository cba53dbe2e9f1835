/** A complete HTTP response, not yet classified. */
export interface HttpResponse {
  readonly status: number;
  /** The whole body as text; empty if there was none. It may hold a voucher: never log it. */
  readonly body: string;
  /** The wait before a repeat that `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * Why there is no complete response. None of these proves that Electrum did not process the message.
 *
 * - `deadline`: no complete response in time
 * - `notSent`: the deadline had passed, or the adapter was closed, before anything was sent
 * - `unreachable`: no connection (refused, name not found)
 * - `cannotSend`: this machine cannot send anything now: no network, or no descriptor left
 * - `insecure`: the TLS handshake failed
 * - `interrupted`: the connection broke before the response was complete
 * - `tooLarge`: the response was larger than the adapter accepts
 * - `credentials`: the credentials could not be obtained, so nothing was sent
 * - `stopped`: the adapter was closed while it waited
 */
export type NoResponseCause =
  | "deadline"
  | "notSent"
  | "unreachable"
  | "cannotSend"
  | "insecure"
  | "interrupted"
  | "tooLarge"
  | "credentials"
  | "stopped";

/** No complete response. */
export interface NoResponse {
  readonly cause: NoResponseCause;
}
