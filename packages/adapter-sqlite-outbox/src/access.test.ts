import {
  type BigIntStats,
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type * as FileSystem from "node:fs";
import { join } from "node:path";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { limitAccess } from "./access.ts";
import { openSqliteOutbox } from "./open.ts";
import type { OpenError } from "./open-error.ts";

vi.mock("node:fs", { spy: true });

const actual = await vi.importActual<typeof FileSystem>("node:fs");

/** What the system says on a mount that shows every file as open to all. */
const withAllBits = <Found extends Stats | BigIntStats | undefined>(found: Found): Found =>
  found === undefined
    ? found
    : Object.assign(found, { mode: typeof found.mode === "bigint" ? found.mode | 0o777n : found.mode | 0o777 });

/** Another user than any that a test runs as. */
const OTHER_USER = 4_711;

const isRoot = process.geteuid?.() === 0;

let store: TemporaryStore;
let warnings: string[];
beforeEach(() => {
  store = temporaryStore();
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => {
    warnings.push(String(warning));
  });
});
afterEach(async () => {
  chmodSync(store.directory, 0o700);
  await store.remove();
  vi.restoreAllMocks();
  vi.mocked(lstatSync).mockReset();
  vi.mocked(statSync).mockReset();
});

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

/** An outbox that holds one transaction, and is closed. */
async function closedOutbox(): Promise<void> {
  const outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));
  await unwrapAsync(outbox.close());
}

async function expectItOpens(path: string = store.path): Promise<void> {
  const outbox = openSqliteOutbox({ path })._unsafeUnwrap();
  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
  expect(await unwrapAsync(outbox.check())).toEqual([]);
  await unwrapAsync(outbox.close());
}

const refusalAt = (path: string): OpenError => openSqliteOutbox({ path })._unsafeUnwrapErr();

describe.skipIf(process.platform === "win32")("an honest shop is not stopped", () => {
  it("by umask 0002 and a folder that its group can write", async () => {
    const umask = process.umask(0o002);
    chmodSync(store.directory, 0o775);
    await closedOutbox();
    await expectItOpens();
    process.umask(umask);

    expect([modeOf(store.path), warnings]).toEqual(["600", []]);
  });

  it("by group bits that are set at each mount: they are noted at each opening, and stay", async () => {
    await closedOutbox();
    chmodSync(store.path, 0o660);
    await expectItOpens();

    expect(modeOf(store.path)).toBe("660");
    expect(warnings).toEqual([`${store.path} holds voucher codes, and its group has access to it (mode 660)`]);
  });

  it("by a copy that was restored with mode 0644: all users lose their access, with a warning", async () => {
    await closedOutbox();
    writeFileSync(`${store.path}-wal`, "");
    for (const suffix of ["", "-wal"]) chmodSync(store.path + suffix, 0o644);
    await expectItOpens();

    expect(modeOf(store.path)).toBe("640");
    expect(warnings).toEqual([
      `${store.path} holds voucher codes, and all users had access to it (mode 644). This was taken away from them`,
    ]);
  });

  it("by a folder and a file that are links: what is beside the file is beside its target", async () => {
    await closedOutbox();
    const [folder, file] = [`${store.directory}/folder`, `${store.directory}/link.db`];
    symlinkSync(store.directory, folder);
    symlinkSync("folder/outbox.db", file);
    await expectItOpens(`${folder}/outbox.db`);
    await expectItOpens(file);

    expect(readdirSync(store.directory).filter((name) => name.startsWith("link.db"))).toEqual(["link.db"]);
  });

  it("by a link to where no file is yet: it is created there", async () => {
    const link = `${store.directory}/link.db`;
    symlinkSync("outbox.db", link);
    const outbox = openSqliteOutbox({ path: link })._unsafeUnwrap();
    await unwrapAsync(outbox.close());

    expect([lstatSync(link).isSymbolicLink(), statSync(store.path).isFile()]).toEqual([true, true]);
  });

  it.runIf(isRoot)(
    "by root in a container, into which another user's folder is mounted: what root makes is that user's",
    async () => {
      await closedOutbox();
      for (const path of [store.directory, ...readdirSync(store.directory).map((name) => join(store.directory, name))])
        chownSync(path, OTHER_USER, OTHER_USER);
      const outbox = await store.open();
      await unwrapAsync(outbox.commit(storedChange(2)));

      const owners = readdirSync(store.directory).map((name) => statSync(join(store.directory, name)).uid);
      expect(owners.length).toBeGreaterThan(6);
      expect(new Set(owners)).toEqual(new Set([OTHER_USER]));
      expect(warnings).toEqual([]);
    },
  );

  it("by a mount that gives every file another owner than the process has", async () => {
    await closedOutbox();
    vi.spyOn(process, "geteuid").mockReturnValue(OTHER_USER);

    await expectItOpens();
    expect(readdirSync(store.directory).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("by a mount on which modes mean nothing: that is said", async () => {
    await closedOutbox();
    vi.mocked(lstatSync).mockImplementation((path, options) => withAllBits(actual.lstatSync(path, options)));
    vi.mocked(statSync).mockImplementation((path, options) => withAllBits(actual.statSync(path, options)));

    const outbox = await store.open();
    expect(warnings).toEqual([
      `${store.path} holds voucher codes, and its file system knows no modes: access to it is not checked`,
    ]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("by a second name of the file that a killed process has left", async () => {
    await closedOutbox();
    linkSync(store.path, `${store.path}.new-0123456789ab`);
    await expectItOpens();

    expect(statSync(store.path).nlink).toBe(1);
  });
});

describe.skipIf(process.platform === "win32")("an attacker is stopped", () => {
  it("in a folder that all users can write: with the command that mends it, and the option that allows it", async () => {
    await closedOutbox();
    chmodSync(store.directory, 0o777);

    expect(store.refusal()).toEqual({
      type: "unsafe",
      path: store.directory,
      detail: "all users can write this folder, and so replace the file",
      command: `chmod o-w '${store.directory}'`,
      option: "allowSharedAccess",
    });
    await unwrapAsync((await store.open({ allowSharedAccess: true })).close());
    chmodSync(store.directory, 0o1777);
    await expectItOpens();
  });

  it("before a file is created there", () => {
    chmodSync(store.directory, 0o777);

    expect(store.refusal()).toMatchObject({ type: "unsafe" });
    expect(readdirSync(store.directory)).toEqual([]);
  });

  it.runIf(isRoot)("who owns the file", async () => {
    await closedOutbox();
    chownSync(store.path, OTHER_USER, OTHER_USER);
    // As if a third user opened it: what that user makes has that owner.
    vi.spyOn(process, "geteuid").mockReturnValue(OTHER_USER + 1);
    vi.mocked(lstatSync).mockImplementation((path, options) => {
      const found = actual.lstatSync(path, options);
      return found !== undefined && String(path).includes(".new-")
        ? Object.assign(found, { uid: OTHER_USER + 1 })
        : found;
    });

    expect(store.refusal()).toEqual({
      type: "unsafe",
      path: store.path,
      detail: "it belongs to another user",
      command: `chown ${OTHER_USER + 1} '${store.path}'`,
      option: "allowSharedAccess",
    });
    await unwrapAsync((await store.open({ allowSharedAccess: true })).close());
  });

  it.runIf(isRoot).each(["", "-wal", "-journal", "-leases", "-reserve"])(
    "who has put a file of the name outbox.db%s into a folder for all, also if root opens it",
    async (suffix) => {
      await closedOutbox();
      writeFileSync(store.path + suffix, suffix === "" ? readFileSync(store.path) : "");
      chownSync(store.path + suffix, OTHER_USER, OTHER_USER);
      chmodSync(store.directory, 0o1777);

      expect(store.refusal()).toMatchObject({ type: "unsafe", path: store.path + suffix });
    },
  );

  it.runIf(isRoot)("who has made a link in a folder for all", async () => {
    const target = `${store.directory}/own`;
    mkdirSync(target);
    await closedOutbox();
    renameSync(store.path, `${target}/outbox.db`);
    symlinkSync(`${target}/outbox.db`, store.path);
    lchownSync(store.path, OTHER_USER, OTHER_USER);
    await expectItOpens();
    chmodSync(store.directory, 0o1777);

    expect(refusalAt(store.path)).toMatchObject({ type: "unsafe", path: store.path, command: `rm '${store.path}'` });
    lchownSync(store.path, 0, 0);
    await expectItOpens();
  });

  it("whose links lead nowhere", () => {
    symlinkSync("outbox.db", store.path);

    expect(store.refusal()).toEqual({ type: "failed", detail: "its links lead nowhere" });
  });
});

it.skipIf(process.platform === "win32")(
  "what cannot be taken from all users is said, and a check says it again",
  async () => {
    await closedOutbox();
    chmodSync(store.path, 0o604);
    vi.mocked(chmodSync).mockImplementation(() => {
      throw Object.assign(new Error("as the test wants it"), { code: "EPERM" });
    });
    const outbox = await store.open();

    const exposure = `${store.path} holds voucher codes, and all users have access to it (mode 604): chmod o-rwx '${store.path}'`;
    expect(warnings).toEqual([exposure]);
    expect(await unwrapAsync(outbox.check())).toEqual([exposure]);
    vi.mocked(chmodSync).mockReset();
  },
);

describe("a file that is no outbox", () => {
  it("keeps its mode: it is another program's", () => {
    writeFileSync(store.path, "#!/bin/sh\n", { mode: 0o644 });
    chmodSync(store.path, 0o644);

    expect(store.refusal()).toMatchObject({ type: "foreign" });
    expect([modeOf(store.path), warnings]).toEqual(["644", []]);
  });

  it("may be gone: there is nothing to limit", () => {
    limitAccess(store.path);

    expect(warnings).toEqual([]);
  });
});
