import { okAsync } from "neverthrow";
import { withOutbox } from "./files.ts";
import { createApproval, createSaleSteps } from "./sample.ts";
import { sellThroughTill } from "./whole-sales.ts";

/** Does one kind of work, so that its fsync calls can be counted from outside. Prints its commits, in case they cannot be counted. */
const [mode, count = ""] = process.argv.slice(2);

const commits = await withOutbox(async (outbox, counted) => {
  if (mode === "awaitedSaves") {
    for (let saves = 0; saves < Number(count); saves += 1) (await outbox.commit(createSaleSteps()[0]))._unsafeUnwrap();
  } else {
    // Electrum responds at once, so that only the outbox takes time.
    const electrum: Parameters<typeof sellThroughTill>[1] = {
      send: ({ operation, message }) =>
        operation === "provisionVoucher"
          ? okAsync({ status: 201, body: createApproval(message) })
          : okAsync({ status: 202, body: "" }),
      close: () => {},
    };
    await sellThroughTill(outbox, electrum, Number(count), mode === "sales64" ? 64 : 1);
  }
  return counted.commits;
});
console.log(commits);
