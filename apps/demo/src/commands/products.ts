import { printable } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { startProductList } from "@electrum-vouchers/runtime";
import { err, ok, okAsync, type Result, ResultAsync, safeTry } from "neverthrow";
import { connectElectrum } from "../compose.ts";
import { type Options, readArguments } from "../input/arguments.ts";
import type { BadInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { helpOf } from "../input/help.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { describeRefreshed, productLines } from "../print/products.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { writeLines } from "../print/write-lines.ts";
import { describeCompositionError } from "../till/session.ts";
import { createProductFile } from "../till/product-file.ts";
import { startSwitch } from "../switch/start.ts";
import type { CliCommand, ExitCode } from "./command.ts";

const { db: _, ...connection } = connectionOptions;

const options: Options<"keep" | Exclude<ConnectionOption, "db">> = {
  keep: { valueName: "FILE", help: "keeps the list for the next time, and shows it if Electrum does not answer" },
  ...connection,
  username: { valueName: "NAME", help: `Electrum's name for this client; default: ${DEMO_CLIENT}` },
};

/** Asks Electrum for its catalogue. */
export const productsCommand: CliCommand = {
  help: helpOf(
    "demo products [options]: lists what can be sold, as Electrum says",
    options,
    `If Electrum gives no list, the one that was kept stays, and is shown with its age.
Exit code: 0 if Electrum has given a list, 1 if it has not, 2 for bad input.

  demo products --keep products.json
  demo products --keep products.json --electrum https://sandbox.electrum.io/suv/v1 --username shop`,
  ),
  run: async (args) => {
    const plan = readPlan(args);
    return plan.isErr() ? err(plan.error) : execute(plan.value);
  },
};

interface ProductsPlan {
  readonly destination: Destination;
  readonly username: string;
  /** The file that keeps the list. */
  readonly file: string | undefined;
  readonly reporter: Reporter;
}

function readPlan(args: readonly string[]): Result<ProductsPlan, BadInput> {
  return safeTry(function* () {
    const given = yield* readArguments("products", options, args);
    const destination = yield* readDestination(given, process.env);
    return ok({
      destination,
      username: given.text("username") ?? DEMO_CLIENT,
      file: given.text("keep"),
      reporter: given.has("json") ? jsonReporter : createTextReporter(),
    });
  });
}

interface Server {
  readonly url: string;
  readonly password: string;
  readonly stop: () => Promise<void>;
}

/** Electrum, or a simulated switch that lasts as long as the command. */
const findServer = (destination: Destination): ResultAsync<Server, BadInput> =>
  destination.type === "electrum"
    ? okAsync({ ...destination, stop: async () => {} })
    : new ResultAsync(startSwitch())
        .map(({ url, stop }) => ({ url, password: "any", stop }))
        .mapErr((reason): BadInput => ({ lines: [`the simulated switch does not start: ${reason}`] }));

async function execute(plan: ProductsPlan): Promise<Result<ExitCode, BadInput>> {
  const found = await findServer(plan.destination);
  if (found.isErr()) return err(found.error);
  const { url, password, stop } = found.value;
  const connected = connectElectrum({ url, credentials: () => ({ username: plan.username, password }) });
  const exitCode = await connected
    .mapErr((fault) => describeCompositionError("", fault))
    .asyncMap((electrum) => listProducts(electrum, plan).finally(() => electrum.close()));
  await stop();
  return exitCode;
}

async function listProducts(electrum: Electrum, { file, username, reporter }: ProductsPlan): Promise<ExitCode> {
  const list = await startProductList({
    electrum,
    client: username,
    ...(file === undefined ? {} : { store: createProductFile(file) }),
    onEvent: (event) => {
      if (event.type === "productStoreFailed")
        writeLines(process.stderr, [`--keep ${file}: ${printable(event.error.detail)}`]);
    },
  });
  const refreshed = await list.refresh();
  const known = list.products();
  await list.stop();
  reporter.reportAnswer(refreshed, [describeRefreshed(refreshed)]);
  if (known !== undefined) reporter.reportAnswer({ type: "products", ...known }, productLines(known));
  return refreshed.type === "productsListed" ? 0 : 1;
}
