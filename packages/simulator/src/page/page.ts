// The simulator's page: a live sequence chart, faults as buttons, the providers and the ledger.
//
// Rules
// 1. Every text that a till, a provider or a script chose reaches the page as a text node, never as markup.
// 2. It loads nothing from elsewhere, and asks its own simulator only, whose answers it trusts to have their form.
// 3. The chart shows events as they come; the tables are read again, at most every `REFRESH_MS`, when something has changed.

import { CONDITIONS, FAULTS, OPERATIONS } from "./choices.ts";

/** How many rows the chart keeps. */
const MAX_ROWS = 200;

/** How many transactions the ledger shows. */
const LEDGER_ROWS = 20;

const REFRESH_MS = 200;

/** The element of the page that this selector names. */
function find<Kind extends Element>(kind: new () => Kind, selector: string): Kind {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new TypeError(`the page has no ${selector}`);
  return element;
}

const listOf = (selector: string): HTMLElement => find(HTMLElement, selector);
const bodyOf = (selector: string): HTMLTableSectionElement => find(HTMLTableSectionElement, `${selector} tbody`);

type Content = string | Node;

function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
}

function createRow(cells: readonly Content[], className = ""): HTMLTableRowElement {
  const row = create("tr", ...cells.map((cell) => create("td", cell)));
  row.className = className;
  return row;
}

function say(text: string): void {
  listOf("#status").textContent = text;
}

async function send(method: string, path: string, body?: string): Promise<void> {
  try {
    const response = await fetch(path, { method, ...(body === undefined ? {} : { body }) });
    say(response.ok ? "" : `${method} ${path}: ${response.status} ${await response.text()}`);
  } catch {
    say("the simulator does not answer");
  }
}

const read = async (path: string): Promise<unknown> => (await fetch(path)).json();

// Reading what the simulator answers: what is absent, or of another form, is shown as nothing.

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function textOf(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === "string" || typeof field === "number" ? String(field) : "";
}

const numberOf = (value: unknown, name: string): number => Number(textOf(value, name));

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}

// The chart

const shorten = (id: string): string => id.slice(0, 8);
const timeOf = (event: unknown): string => new Date(numberOf(event, "at")).toISOString().slice(11, 23);

function createChartRow(event: unknown): HTMLTableRowElement | undefined {
  const id = textOf(event, "requestId") === "" ? textOf(event, "id") : textOf(event, "requestId");
  const label = `${textOf(event, "operation")} ${shorten(id)}`;
  switch (textOf(event, "type")) {
    case "request":
      return createRow([timeOf(event), "", `${label} ▶`, "", "", ""]);
    case "provider":
      return createRow([timeOf(event), "", "", "", `${label} ▶ ${textOf(event, "provider")}`, ""], "aside");
    case "response":
      return createResponseRow(event, label);
    default:
      return undefined;
  }
}

function createResponseRow(event: unknown, label: string): HTMLTableRowElement {
  const fault = textOf(event, "fault");
  const status = textOf(event, "status");
  const text = status === "" ? `╳ no response ${label}` : `◀ ${status} ${textOf(event, "errorType")} ${label}`;
  const cell = fault === "" ? text : `${text} · fault: ${fault}`;
  return createRow([timeOf(event), "", cell, "", "", ""], status.startsWith("2") ? "good" : "bad");
}

function addToChart(event: unknown): void {
  const row = createChartRow(event);
  if (row === undefined) return;
  const body = bodyOf("#chart");
  body.prepend(row);
  while (body.rows.length > MAX_ROWS) body.deleteRow(-1);
}

// The tables

const COUNTS: readonly string[] = ["issued", "open", "confirmed", "redeemed", "refunded", "reversed", "toReconcile"];

function showBalance(balance: unknown): void {
  const discrepancies = itemsOf(balance, "discrepancies").map((line) => `! ${String(line)}`);
  const counts = COUNTS.map((name) => `${name} ${textOf(balance, name)}`);
  listOf("#balance").textContent = [...counts, ...discrepancies].join(" · ");
}

function createConditionChoice(provider: unknown): HTMLSelectElement {
  const choice = document.createElement("select");
  const current = JSON.stringify(fieldOf(provider, "condition"));
  const listed = CONDITIONS.map((condition) => JSON.stringify(condition));
  const conditions = listed.includes(current) ? listed : [current, ...listed];
  for (const condition of conditions) {
    const option = create("option", condition.replaceAll(/[{}"]/g, "").replace("state:", "").replace(",", " "));
    option.value = condition;
    option.selected = condition === current;
    choice.append(option);
  }
  choice.addEventListener("change", () => {
    void send("PUT", `admin/providers/${encodeURIComponent(textOf(provider, "name"))}`, choice.value);
    choice.blur();
  });
  return choice;
}

function showProviders(providers: readonly unknown[]): void {
  // While a list is open, drawing the table again would close it.
  if (listOf("#providers").contains(document.activeElement)) return;
  const rows = providers.map((provider) =>
    createRow([
      textOf(provider, "name"),
      createConditionChoice(provider),
      textOf(provider, "queued"),
      textOf(provider, "receivedCount"),
    ]),
  );
  bodyOf("#providers").replaceChildren(...rows);
}

const LEDGER_COLUMNS: readonly string[] = ["kind", "id", "user", "state", "provider", "providerState", "voucherState"];

function showLedger(transactions: readonly unknown[]): void {
  const rows = transactions
    .toReversed()
    .map((transaction) => createRow(LEDGER_COLUMNS.map((column) => textOf(transaction, column))));
  bodyOf("#ledger").replaceChildren(...rows);
}

function showRules(faults: unknown): void {
  const matched = itemsOf(faults, "matched");
  const rules = itemsOf(fieldOf(faults, "plan"), "rules").map((rule, index) =>
    create("li", `${JSON.stringify(rule)}: matched ${String(matched[index])}`),
  );
  listOf("#rules").replaceChildren(...rules);
}

async function refresh(): Promise<void> {
  const [ledger, providers, faults] = await Promise.all([
    read(`admin/ledger?limit=${LEDGER_ROWS}`),
    read("admin/providers?limit=1"),
    read("admin/faults?limit=1"),
  ]);
  showBalance(fieldOf(ledger, "balance"));
  showLedger(itemsOf(ledger, "transactions"));
  showRules(faults);
  showProviders(itemsOf(providers, "providers"));
}

let isRefreshing = false;

function refreshSoon(): void {
  if (isRefreshing) return;
  isRefreshing = true;
  setTimeout(() => {
    isRefreshing = false;
    refresh().catch(() => say("the simulator does not answer"));
  }, REFRESH_MS);
}

// The buttons

function addFault(fault: object): void {
  const operation = find(HTMLSelectElement, "#operation").value;
  const times = Number(find(HTMLInputElement, "#times").value);
  const rule = { fault, times, ...(operation === "" ? {} : { match: { operation } }) };
  void send("POST", "admin/faults", JSON.stringify(rule));
}

function createButton(label: string, onClick: () => void): HTMLButtonElement {
  const button = create("button", label);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

function drawControls(): void {
  const any = create("option", "request of any operation");
  any.value = "";
  listOf("#operation").append(any, ...OPERATIONS.map((name) => create("option", name)));
  listOf("#faults").append(...FAULTS.map(([label, fault]) => createButton(label, () => addFault(fault))));
  listOf("#clear").append(
    createButton("clear all faults", () => void send("DELETE", "admin/faults")),
    createButton("forget everything", () => void send("POST", "admin/reset")),
  );
}

function listen(): void {
  const events = new EventSource("admin/events");
  events.addEventListener("open", () => {
    say("");
    refreshSoon();
  });
  events.addEventListener("error", () => say("no connection to the simulator; trying again"));
  events.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const event: unknown = JSON.parse(data);
    if (textOf(event, "type") === "changed") refreshSoon();
    else addToChart(event);
  });
}

drawControls();
listen();
