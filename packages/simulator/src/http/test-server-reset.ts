import { isJsonObject, parseJson } from "../json.ts";
import { forgetUser, hasRecords } from "../switch/ledger.ts";
import { formatError, json, type SwitchResponse } from "../switch/response.ts";
import type { RunningSwitch } from "./running-switch.ts";

/** POST /testServerAdmin/reset, as Electrum's test server has it: forgets what this user did. */
export function resetLikeTestServer(
  running: Pick<RunningSwitch, "world" | "change">,
  body: string,
  user: string,
): SwitchResponse {
  const order = parseJson(body);
  const missing = ["userDataWillBeLost", "resetUserData"].filter(
    (field) => !isJsonObject(order) || order[field] !== "TRUE",
  );
  if (missing.length > 0) return formatError(missing.map((field) => ({ field, msg: "must be TRUE" })));
  if (!hasRecords(running.world(), user)) {
    return formatError([{ field: "", msg: "this user has no records" }]);
  }
  running.change((world) => forgetUser(world, user));
  return json(200, { outcome: "The user's records are gone." });
}
