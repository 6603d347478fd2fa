/**
 * What came of asking for a screen to look at. `in-use`: a code is on offer, or somebody uses the button; `unknown`: no
 * screen has that name.
 */
export type DemoOutcome = "shown" | "in-use" | "no-display" | "unknown";
