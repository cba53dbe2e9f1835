export { createMemoryOutbox } from "./memory-outbox.ts";
export { createSimulatedClock, type SimulatedClock } from "./simulated-clock.ts";
