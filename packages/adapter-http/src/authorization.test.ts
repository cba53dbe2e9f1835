import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basicAuthorization, credentialsFrom } from "./authorization.ts";

const headerFor = async (username: string, password: string): Promise<string | undefined> =>
  (await credentialsFrom(basicAuthorization(() => ({ username, password }))))?.header;

describe("HTTP Basic (RFC 7617)", () => {
  test("the RFC's examples", async () => {
    expect(await headerFor("Aladdin", "open sesame")).toBe("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    expect(await headerFor("test", "123£")).toBe("Basic dGVzdDoxMjPCow==");
  });

  test("letters that Unicode can write in two ways are sent in one (NFC)", async () => {
    expect(await headerFor("u", "e\u0301")).toBe(await headerFor("u", "\u00e9"));
  });

  test("every user name without a colon, and every password, decodes to itself, normalised", async () => {
    const text = fc.string({ unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(
        text.filter((each) => !each.includes(":")),
        text,
        async (username, password) => {
          const decoded = Buffer.from(
            (await headerFor(username, password))?.slice("Basic ".length) ?? "",
            "base64",
          ).toString("utf8");
          expect(decoded).toBe(`${username}:${password}`.normalize("NFC"));
        },
      ),
    );
  });

  test.each([
    ["a colon in the user name", "12:34", "secret"],
    ["a line break in the password", "1234", "secret\n"],
    ["a line break in the user name", "1234\r\n", "secret"],
    ["a null", "1234", "\u0000"],
    ["a delete", "1234", "\u007f"],
    ["a C1 control character", "1234", "\u0085"],
    ["half a surrogate pair", "1234", "\ud800"],
  ])("refused: %s", async (_what, username, password) => {
    expect(await headerFor(username, password)).toBeUndefined();
  });

  test("credentials may be a promise", async () => {
    const later = basicAuthorization(async () => ({ username: "Aladdin", password: "open sesame" }));

    expect((await credentialsFrom(later))?.header).toBe("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  });
});
