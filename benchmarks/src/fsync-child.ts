import { okAsync } from "neverthrow";
import { withOutbox } from "./files.ts";
import { approvalOf, createSaleSteps } from "./sample.ts";
import { sellThroughTill } from "./whole-sales.ts";

/** Does one kind of work, so that its fsync calls can be counted from outside; prints its commits for where they cannot. */
const [mode, count = ""] = process.argv.slice(2);

const commits = await withOutbox(async (outbox, counted) => {
  if (mode === "awaitedSaves") {
    for (let saves = 0; saves < Number(count); saves += 1) (await outbox.commit(createSaleSteps()[0]))._unsafeUnwrap();
  } else {
    // Electrum answers at once, so that all there is to wait for is the store.
    const electrum: Parameters<typeof sellThroughTill>[1] = {
      send: ({ operation, message }) =>
        operation === "provisionVoucher"
          ? okAsync({ status: 201, body: approvalOf(message) })
          : okAsync({ status: 202, body: "" }),
      close: () => {},
    };
    await sellThroughTill(outbox, electrum, Number(count), mode === "sales64" ? 64 : 1);
  }
  return counted.commits;
});
console.log(commits);
