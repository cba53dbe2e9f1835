import { isJsonObject, parseJson } from "../json.ts";
import { deleteRecordsOf, hasRecords } from "../switch/ledger.ts";
import { formatErrorResponse, createJsonResponse, type SwitchResponse } from "../switch/response.ts";
import type { RunningSwitch } from "./running-switch.ts";

/** POST /testServerAdmin/reset, as in Electrum's test server: deletes this user's records. */
export function resetUserRecords(
  running: Pick<RunningSwitch, "world" | "change">,
  body: string,
  user: string,
): SwitchResponse {
  const instruction = parseJson(body);
  const missing = ["userDataWillBeLost", "resetUserData"].filter(
    (field) => !isJsonObject(instruction) || instruction[field] !== "TRUE",
  );
  if (missing.length > 0) return formatErrorResponse(missing.map((field) => ({ field, msg: "must be TRUE" })));
  if (!hasRecords(running.world(), user)) {
    return formatErrorResponse([{ field: "", msg: "this user has no records" }]);
  }
  running.change((world) => deleteRecordsOf(world, user));
  return createJsonResponse(200, { outcome: "The user's records are gone." });
}
