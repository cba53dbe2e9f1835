import { createServer } from "node:http";
import { createApproval, createProvisionRequest } from "./sample.ts";

/** The simplest Electrum, in a process of its own: it approves every request and echoes every advice. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    const isRequest = request.url === "/suv/v1/vouchers";
    response.writeHead(isRequest ? 201 : 202, { "content-type": "application/json" });
    response.end(isRequest ? approval(body) : body);
  });
});

const id = /"id":"([0-9a-f-]{36})"/;
const template = createApproval(createProvisionRequest());

const approval = (body: string): string => template.replace(id, `"id":"${id.exec(body)?.[1] ?? ""}"`);

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}/suv/v1`);
});
process.on("disconnect", () => process.exit(0));
