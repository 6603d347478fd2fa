import { Gauge, type Metric, Registry } from "prom-client";
import { LIGHTS, STATES } from "../contract/states.ts";
import type { Clock } from "../core/clock.ts";
import type { Meter } from "../status/meters.ts";
import type { Backend } from "./backend.ts";

/**
 * What a scrape reads: the snapshot, and the meters that the rooms keep.
 *
 * @param streams event streams open now
 */
export function metricsOf(backend: Backend, clock: Clock, streams: () => number): Registry {
  const registry = new Registry();
  for (const meter of backend.meters.all()) registry.registerMetric(metric(meter));
  const gauge = (name: string, help: string, labelNames: string[], set: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        set(this);
      },
    });

  gauge("c2cd_info", "Version and board, as labels.", ["version", "model"], (g) => {
    const { version, device } = backend.snapshot();
    g.set({ version, model: device.model }, 1);
  });
  gauge("c2cd_state", "1 for the state that the daemon is in.", ["state"], (g) => {
    const { state } = backend.snapshot();
    for (const name of STATES) g.set({ state: name }, name === state ? 1 : 0);
  });
  gauge("c2cd_light", "1 for how the device is at one glance.", ["light"], (g) => {
    const { light } = backend.snapshot();
    for (const name of LIGHTS) g.set({ light: name }, name === light ? 1 : 0);
  });
  gauge("c2cd_problem", "1 for each problem that there is now.", ["code", "severity"], (g) => {
    for (const { code, severity } of backend.snapshot().health) g.set({ code, severity }, 1);
  });
  gauge("c2cd_uptime_seconds", "Seconds since the daemon started.", [], (g) => {
    g.set(backend.snapshot().uptime);
  });
  gauge("c2cd_clock_trusted", "Whether the wall clock can be believed.", [], (g) => {
    g.set(clock.wallTrusted() ? 1 : 0);
  });
  gauge(
    "c2cd_seconds_since_refresh",
    "Seconds since the last successful refresh or pairing; absent where unknown.",
    [],
    (g) => {
      const refreshedAt = backend.snapshot().authorization?.refreshed_at;
      if (refreshedAt != null && clock.wallTrusted())
        g.set(Math.max(0, (clock.wall() - Date.parse(refreshedAt)) / 1000));
      else g.remove();
    },
  );
  gauge(
    "c2cd_access_token_expires_in_seconds",
    "Seconds that the access token still lives; absent where unknown.",
    [],
    (g) => {
      const left = backend.snapshot().authorization?.access_expires_in;
      if (left != null) g.set(left);
      else g.remove();
    },
  );
  gauge("c2cd_event_streams", "Event streams open on this listener.", [], (g) => {
    g.set(streams());
  });
  return registry;
}

/** A registry asks its metrics for no more than this, though its type wants one of prom-client's own. */
function metric(meter: Meter): Metric {
  const { name, help, type } = meter;
  const get = async () => ({ name, help, type, values: meter.figures() });
  return { name, get } as unknown as Metric;
}
