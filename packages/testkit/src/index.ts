export { isJsonObject, parseJson, sameJson } from "./json.ts";
export { createMemoryOutbox } from "./memory-outbox.ts";
export { provisionStates, redemptionStates } from "./states.ts";
export { createSimulatedClock, type SimulatedClock } from "./simulated-clock.ts";
