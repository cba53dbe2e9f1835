// A process of its own that talks to the base URL it is given: `caller.ts URL ANSWERED UNANSWERED TRANSPORT`. It sends ANSWERED messages one
// after the other, then UNANSWERED at once, closes the port a moment later, and says what became of each. It never exits by itself:
// whatever keeps it alive is a leftover.
import { createElectrumHttp } from "../src/index.ts";
import { reversal } from "./messages.ts";

const [baseUrl = "", answered = "1", unanswered = "0", transport = "ky"] = process.argv.slice(2);
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
for (let sent = 0; sent < Number(answered); sent += 1) outcomes.push(await send());
const underWay = Array.from({ length: Number(unanswered) }, send);
setTimeout(() => port.close(), 100);
process.stdout.write([...outcomes, ...(await Promise.all(underWay))].join(" "));
