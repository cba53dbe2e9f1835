/** What a switch process tells the process that started it. */
export type SwitchNews =
  | { readonly type: "listening"; readonly url: string; readonly adminUrl: string }
  | { readonly type: "failed"; readonly why: string };

export const isSwitchNews = (value: unknown): value is SwitchNews =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  ((value.type === "listening" && "url" in value && "adminUrl" in value) ||
    (value.type === "failed" && "why" in value));
