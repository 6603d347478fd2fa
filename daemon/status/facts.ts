import type { Facts } from "../contract/problems.ts";
import type { Clock } from "../core/clock.ts";
import { endOf, type Grant, grantOf, refusalOf, type State } from "../pairing/state.ts";

/** What the rooms beside the pairing machine know of their own health. */
export type OtherFacts = Pick<
  Facts,
  "networkUp" | "vault" | "display" | "identityChanged" | "secretUnusable" | "pageFailing" | "presence"
>;

/** Everything that the table of problems asks for. */
export function factsOf(state: State, others: OtherFacts, clock: Clock): Facts {
  const { trouble } = state;
  const grant = grantOf(state);
  return {
    ...others,
    refusal: refusalOf(state)?.error ?? refusedRefresh(grant),
    trouble: trouble && { ...trouble, wait: codeWait(state, clock) },
    ended: endOf(state),
    grant: grant && {
      refreshFailures: refreshFailures(grant),
      issuedAt: grant.current.clockTrusted ? grant.current.obtainedAt : null,
      device: grant.device?.record ?? null,
    },
    now: clock.wallTrusted() ? clock.wall() : null,
  };
}

function codeWait({ offer }: State, clock: Clock): number {
  const waits = offer.at === "requesting" && offer.request.at === "due";
  return waits ? Math.max(0, offer.request.when - clock.elapsed()) : 0;
}

function refusedRefresh(grant: Grant | null): string | null {
  const failing = grant === null || grant.refresh.at === "never" ? null : grant.refresh.failing;
  return failing?.cause === "refused" ? failing.error : null;
}

/** A refresh that waits for the disk has not been refused by anybody. */
function refreshFailures({ refresh }: Grant): number {
  const failing = refresh.at === "never" ? null : refresh.failing;
  return failing === null || failing.cause === "storage" ? 0 : failing.count;
}
