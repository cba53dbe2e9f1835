import { expect, test } from "vitest";
import { createInProcessTill } from "../../test/in-process-till.ts";
import { validate } from "../messages/check.ts";
import { productsLookupResponseCheck } from "../messages/response-checks.ts";
import { setCondition } from "./providers.ts";
import { handle } from "./handle.ts";
import { createWorld } from "./world.ts";

const request = { method: "GET", target: "/products", user: "shop", at: 0 };

test("lists the products of every provider, and each reads", () => {
  const { status, body } = createInProcessTill().get("/products");

  expect(status).toBe(200);
  expect(validate(productsLookupResponseCheck, body, "strict").type).toBe("valid");
  expect(JSON.stringify(body)).toContain('"productId":"GAME100"');
});

test("asks no provider: one that is down changes nothing, and none has received a message", () => {
  const world = setCondition(createWorld(), "standard", { state: "down" });

  expect(handle(world, request)).toEqual({ ...handle(createWorld(), request), world });
});

test("Electrum's test server of 2019 has no such path", () => {
  expect(handle(createWorld(), { ...request, emulateTestServer: true }).response).toMatchObject({
    status: 404,
    contentType: "text/html",
  });
});
