/** Screens shown on request, for manuals and crews: as they would be on this device, but with nothing to pair by. */
import type { PairingView, Snapshot } from "../contract/snapshot.ts";
import type { Texts } from "../texts/screen/texts.ts";
import { examplesOf } from "./examples.ts";
import { type Screen, screenOf } from "./screen.ts";

/** A name that nobody can own (RFC 2606): whoever scans or types it gets nowhere. */
const ADDRESS = "https://example.com/demo";

const OFFER: PairingView = {
  user_code: "123456",
  verification_uri: ADDRESS,
  verification_uri_complete: ADDRESS,
  expires_in: 90,
  expires_at: "",
  attempt: 1,
};

/** Screen by name; where a code is on it, the headline says what it is. */
export function demosOf(device: Snapshot, texts: Texts): ReadonlyMap<string, Screen> {
  return new Map(
    [...examplesOf(device, OFFER)].map(([name, snapshot]) => {
      const screen = screenOf(snapshot, texts);
      return [name, screen.code === null ? screen : { ...screen, headline: texts.demonstration }];
    }),
  );
}
