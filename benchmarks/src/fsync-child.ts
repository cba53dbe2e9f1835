import { approvingElectrum } from "./approving-electrum.ts";
import { withOutbox } from "./files.ts";
import { createSaleSteps } from "./sample.ts";
import { sellThroughTill } from "./whole-sales.ts";

/** Does one kind of work, so that its fsync calls can be counted from outside. Prints its commits, in case they cannot be counted. */
const [mode, count = ""] = process.argv.slice(2);

const commits = await withOutbox(async (outbox, counted) => {
  if (mode === "awaitedSaves") {
    for (let saves = 0; saves < Number(count); saves += 1) (await outbox.commit(createSaleSteps()[0]))._unsafeUnwrap();
  } else {
    await sellThroughTill(outbox, approvingElectrum, Number(count), mode === "sales64" ? 64 : 1);
  }
  return counted.commits;
});
console.log(commits);
