/**
 * What sysfs tells of graphics cards and what is plugged into them (drivers/gpu/drm/drm_sysfs.c), and which of several
 * to take.
 */
import { basename } from "node:path";
import type { Sysfs } from "./sysfs.ts";

export interface Connector {
  /** E.g. "HDMI-A-1". */
  readonly name: string;
  /** As the kernel found it last: unknown until someone has asked the card, and for good where it can't be told. */
  readonly status: "connected" | "disconnected" | "unknown";
}

/** A connector that something can be seen on, of a card that has no framebuffer. */
export interface Output {
  /** The card's directory in sysfs. */
  readonly directory: string;
  /** "/dev/dri/card0" */
  readonly node: string;
  /** Name of the kernel's driver, e.g. "virtio_gpu". */
  readonly driver: string;
  readonly connector: Connector;
}

const CLASS = "/sys/class/drm";

/** The connectors of the card whose directory this is, by name. What a card writes back to memory, nobody sees. */
export function connectorsOf(sysfs: Sysfs, card: string): Connector[] {
  const prefix = `${basename(card)}-`;
  return sysfs
    .list(card)
    .filter((entry) => entry.startsWith(prefix) && !entry.startsWith(`${prefix}Writeback-`))
    .sort()
    .map((entry) => ({
      name: entry.slice(prefix.length),
      status: statusOf(sysfs.read(`${card}/${entry}/status`)),
    }));
}

function statusOf(text: string | null): Connector["status"] {
  return text === "connected" || text === "disconnected" ? text : "unknown";
}

/** The sizes that an output's monitor takes, as the kernel found them last. Another monitor takes others. */
export function modesOf(sysfs: Sysfs, { directory, connector }: Output): string {
  return sysfs.read(`${directory}/${basename(directory)}-${connector.name}/modes`) ?? "";
}

/** Whether the kernel knows that nothing is plugged in: it does not of every kind of connector. */
export function noneConnected(connectors: readonly Connector[]): boolean {
  return connectors.length > 0 && connectors.every(({ status }) => status === "disconnected");
}

/** What a person can do about connectors that have nothing plugged in, one sentence. */
export function plugIn(connectors: readonly Connector[]): string {
  return `No monitor is connected to ${connectors.map(({ name }) => name).join(", ")}: plug one in, or choose another display.device.`;
}

/** Whether what has this directory in sysfs is on SPI or I2C: a small panel of the device's own. */
export function onPanelBus(sysfs: Sysfs, at: string): boolean {
  return ["spi", "i2c"].includes(basename(sysfs.resolve(`${at}/device/subsystem`) ?? ""));
}

/**
 * The output to take, of cards that have no framebuffer, or of the one that `device` names. What is disconnected comes
 * last; the device's own small panel before a display; then what is connected, and the lower number.
 * @param device "/dev/dri/card1" or a link to it, a connector such as "HDMI-A-1", or "" for any
 */
export function chooseOutput(sysfs: Sysfs, device: string): Output | null {
  const wanted = device.startsWith("/") ? basename(sysfs.resolve(device) ?? device) : null;
  const rank = ({ directory, connector: { status } }: Output) =>
    4 * Number(status === "disconnected") +
    2 * Number(!onPanelBus(sysfs, directory)) +
    Number(status !== "connected");
  return (
    sysfs
      .list(CLASS)
      .filter((id) => /^card\d+$/.test(id) && (wanted === null || id === wanted))
      .sort((one, other) => Number(one.slice(4)) - Number(other.slice(4)))
      .filter((id) => device !== "" || sysfs.list(`${CLASS}/${id}/device/graphics`).length === 0)
      .flatMap((id) =>
        connectorsOf(sysfs, `${CLASS}/${id}`).map((connector) => ({
          directory: `${CLASS}/${id}`,
          node: `/dev/dri/${id}`,
          driver: basename(sysfs.resolve(`${CLASS}/${id}/device/driver`) ?? id),
          connector,
        })),
      )
      .filter(({ connector }) => device === "" || wanted !== null || connector.name === device)
      .sort((one, other) => rank(one) - rank(other))
      .at(0) ?? null
  );
}
