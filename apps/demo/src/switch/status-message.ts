/** A message from a switch process to its parent. */
export type SwitchStatusMessage =
  | { readonly type: "listening"; readonly url: string; readonly adminUrl: string }
  | { readonly type: "failed"; readonly reason: string };

export const isSwitchStatusMessage = (value: unknown): value is SwitchStatusMessage =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  ((value.type === "listening" && "url" in value && "adminUrl" in value) ||
    (value.type === "failed" && "reason" in value));
