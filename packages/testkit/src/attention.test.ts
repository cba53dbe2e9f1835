import { type AttentionCell, attentionOf, attentionTable } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import { describe, expect, test } from "vitest";
import { type LedgerPlay, type PlayChoices, playRedemption, playRefund, playSale } from "../test/ledger-play.ts";
import { errorResponse } from "./messages/responses.ts";
import { providerProfiles } from "./messages/policies.ts";

// What is said is what is. Each cell of the core's table of attention is brought about, with each provider of that profile: a
// transaction of the core against the simulator's switch. Then the switch is asked what became of the voucher, and the money is
// counted: the ledger must say what the table says. A cell says what may be lost, so each scenario is one in which it is lost.

/** A way in which a situation comes about, so that what may be lost is lost. */
interface Scenario {
  readonly choices?: PlayChoices;
  readonly run: (play: LedgerPlay) => void;
}

type Situation = `${AttentionCell["direction"]} ${AttentionCell["reason"]}`;

/** In dual messaging a voucher cannot be redeemed before its sale is confirmed. What is lost then is lost in single messaging. */
const single: PlayChoices = { messaging: "single" };

const scenarios: { readonly [Each in Situation]?: Scenario } = {
  "reversed lateApproval": {
    choices: { ...single, remembersReversals: false },
    run: (play) => {
      const arrives = play.requestIsHeldUp();
      play.deliverAdvice();
      play.respondsLate(arrives());
    },
  },
  "reversed providerTakesNoReversals": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.deliverAdvice();
    },
  },
  "reversed reversalNotFound": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.gatewayTakesAdvice({ status: 404, body: "" });
    },
  },
  "reversed acknowledgedUnnamed": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.gatewayTakesAdvice({ status: 200, body: "" });
    },
  },
  "reversed refused": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.adviceIsRefused(errorResponse(400, "FORMAT_ERROR"));
    },
  },
  "reversed contradicted": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.finalizedElsewhere("confirm");
      play.deliverAdvice();
    },
  },
  "reversed approvedOtherAmount": {
    run: (play) => {
      play.approvesOtherAmount();
      play.cancel();
      play.deliverAdvice();
    },
  },
  "reversed secondVoucher": {
    choices: { ...single, retries: 1 },
    run: (play) => {
      const first = play.responseIsLost();
      const second = play.responseIsLost({ atSecondSite: true });
      play.respondsLate(first);
      play.respondsLate(second);
      play.deliverAdvice();
    },
  },
  "reversed held": {
    choices: single,
    run: (play) => {
      play.responseIsLost();
      play.hold();
    },
  },
  // Electrum undoes by hand what stayed open.
  "confirmed held": {
    run: (play) => {
      play.approves();
      play.confirm();
      play.hold();
      play.finalizedElsewhere("reverse");
    },
  },
  "confirmed overdue": {
    choices: { decisionDeadlineMs: 60_000 },
    run: (play) => {
      play.approves();
      play.paysUnseen();
      play.finalizedElsewhere("reverse");
    },
  },
  "confirmed lateApproval": {
    choices: { retries: 1 },
    run: (play) => {
      const first = play.responseIsLost();
      play.approves();
      play.finalizedElsewhere("reverse");
      play.confirm();
      play.deliverAdvice();
      play.respondsLate(first);
    },
  },
  "confirmed confirmationAmbiguous": {
    run: (play) => {
      play.approves();
      play.finalizedElsewhere("reverse");
      play.confirm();
      play.deliverAdvice();
    },
  },
  // Electrum never learns that it was confirmed, and undoes by hand what stayed open.
  "confirmed acknowledgedUnnamed": {
    run: (play) => {
      play.approves();
      play.confirm();
      play.gatewayTakesAdvice({ status: 200, body: "" });
      play.finalizedElsewhere("reverse");
    },
  },
  "confirmed refused": {
    run: (play) => {
      play.approves();
      play.confirm();
      play.adviceIsRefused(errorResponse(400, "FORMAT_ERROR"));
      play.finalizedElsewhere("reverse");
    },
  },
  // The simulated switch names no such error for a redemption or a refund: see `confirmationAmbiguous`.
  "confirmed contradicted": {
    run: (play) => {
      play.approves();
      play.finalizedElsewhere("reverse");
      play.confirm();
      const { kind } = play.transaction();
      if (kind === "provision") play.deliverAdvice();
      else {
        const subject = kind === "redemption" ? "REDEMPTION" : "REFUND";
        play.adviceIsRefused(errorResponse(400, `${subject}_ALREADY_REVERSED`));
      }
    },
  },
  "confirmed approvedOtherAmount": {
    run: (play) => {
      play.approvesOtherAmount();
      play.confirm();
      play.deliverAdvice();
    },
  },
  "confirmed secondVoucher": {
    choices: { ...single, retries: 1 },
    run: (play) => {
      const first = play.responseIsLost();
      play.approves({ atSecondSite: true });
      play.respondsLate(first);
    },
  },
};

/** Why a cell of the table does not arise with a provider, although it can with another of that profile, or with another switch. */
function whyNot({ kind, reason, direction }: AttentionCell, provider: ProviderName): string | undefined {
  const { takesRetries } = providerProfiles[provider];
  const needsTwoResponses = reason === "secondVoucher" || (reason === "lateApproval" && direction === "confirmed");
  if (!needsTwoResponses) return undefined;
  if (kind !== "provision") return "the switch redeems and refunds a voucher once, and the request is sent once";
  return takesRetries ? undefined : "the request is sent once, so that it has one response";
}

const providers: readonly ProviderName[] = ["standard", "Netcare", "Stellr"];

const cells = attentionTable.flatMap((cell) =>
  providers
    .filter((provider) => providerProfiles[provider].takesReversals === cell.takesReversals)
    .map((provider) => ({ ...cell, provider, whyNot: whyNot(cell, provider) })),
);

const plays = { provision: playSale, redemption: playRedemption, refund: playRefund } as const;

describe("each cell of the table says what the ledger says", () => {
  test.each(cells.filter((cell) => cell.whyNot === undefined))(
    "$kind, $direction, $reason, $provider: the voucher $voucher, the loser $loser",
    ({ kind, direction, reason, provider, voucher, loser }) => {
      const scenario = scenarios[`${direction} ${reason}`];
      if (scenario === undefined) throw new Error("no scenario brings this cell about: add one");
      const play = plays[kind](provider, scenario.choices);

      scenario.run(play);

      const said = attentionOf(play.transaction());
      expect(said.map((attention) => attention.reason)).toContain(reason);
      expect(play.loss(direction)).toEqual({ voucher, loser });
      // Whatever else is said of this transaction is as true.
      for (const attention of said) expect(attention).toMatchObject({ voucher, loser });
    },
  );

  test("every scenario brings a cell about, and these cells alone are not played", () => {
    const played = cells.filter((cell) => cell.whyNot === undefined);

    expect(new Set(Object.keys(scenarios))).toEqual(
      new Set(played.map(({ direction, reason }) => `${direction} ${reason}`)),
    );
    const notPlayed = cells.filter((cell) => cell.whyNot !== undefined);
    expect(notPlayed.map((cell) => `${cell.kind}, ${cell.direction}, ${cell.reason}, ${cell.provider}`)).toEqual([
      "provision, confirmed, lateApproval, Netcare",
      "provision, confirmed, lateApproval, Stellr",
      "provision, confirmed, secondVoucher, Netcare",
      "provision, confirmed, secondVoucher, Stellr",
      "provision, reversed, secondVoucher, Netcare",
      "provision, reversed, secondVoucher, Stellr",
      "redemption, confirmed, secondVoucher, standard",
      "redemption, confirmed, secondVoucher, Netcare",
      "redemption, confirmed, secondVoucher, Stellr",
      "redemption, reversed, secondVoucher, standard",
      "redemption, reversed, secondVoucher, Netcare",
      "redemption, reversed, secondVoucher, Stellr",
      "refund, confirmed, secondVoucher, standard",
      "refund, confirmed, secondVoucher, Netcare",
      "refund, confirmed, secondVoucher, Stellr",
      "refund, reversed, secondVoucher, standard",
      "refund, reversed, secondVoucher, Netcare",
      "refund, reversed, secondVoucher, Stellr",
    ]);
  });
});
