import { type OutgoingMessage, toHttp } from "@electrum-vouchers/core";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import {
  createSimulatedSwitch,
  type SimulatedSwitch,
  type SimulatedSwitchOptions,
  type TillClock,
} from "@electrum-vouchers/testkit";
import { USER } from "../request-fields.ts";

/** Electrum's switch in this process, and the providers behind it, on simulated time. Its faults are the network's. */
export interface Switch extends Pick<SimulatedSwitch, "heal" | "isQuiescent" | "setProvider" | "world"> {
  receive(outgoing: OutgoingMessage, emulateTestServer?: boolean): SwitchResponse;
}

/** A switch whose clock no till's clock affects. */
export function createSwitch(clock: Pick<TillClock, "now" | "sleep">, options: SimulatedSwitchOptions): Switch {
  const { receive, ...rest } = createSimulatedSwitch(clock, options);
  return {
    ...rest,
    receive: (outgoing, emulateTestServer = false) => {
      const request = { ...toHttp(outgoing), user: USER, at: clock.now() };
      const response = receive({ accepted: { request }, effect: { emulateTestServer } });
      if (response === undefined) throw new TypeError("a switch responds to every message that it receives");
      return response;
    },
  };
}
