// A process of its own that sends messages to a base URL: `caller.ts URL WITH_RESPONSE WITHOUT_RESPONSE TRANSPORT`. It sends
// WITH_RESPONSE messages one after the other, then WITHOUT_RESPONSE at once, closes the port a moment later, and prints the
// outcome of each. It never exits by itself, so anything that keeps it alive is a leftover.
import { createElectrumHttp } from "../src/index.ts";
import { reversal } from "./messages.ts";

const [baseUrl = "", withResponse = "1", withoutResponse = "0", transport = "ky"] = process.argv.slice(2);
const created = createElectrumHttp({
  baseUrl,
  authorization: () => "Bearer token",
  transport: transport === "node" ? "node" : "ky",
});
if (created.isErr()) throw new Error(JSON.stringify(created.error));
const port = created.value;

const send = (): Promise<string> =>
  port.send(reversal, Date.now() + 60_000).match(
    ({ status }) => String(status),
    ({ cause }) => cause,
  );

const outcomes: string[] = [];
for (let sent = 0; sent < Number(withResponse); sent += 1) outcomes.push(await send());
const underWay = Array.from({ length: Number(withoutResponse) }, send);
setTimeout(() => port.close(), 100);
process.stdout.write([...outcomes, ...(await Promise.all(underWay))].join(" "));
