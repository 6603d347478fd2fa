import type { Rgb } from "../../hw/picture/picture.ts";

/** Few colours, each with one meaning. */
export interface Theme {
  readonly background: Rgb;
  readonly text: Rgb;
  /** For what is read second. */
  readonly soft: Rgb;
  /** For what is hardly there: the empty part of the bar. */
  readonly faint: Rgb;
  readonly accent: Rgb;
  readonly good: Rgb;
  readonly attention: Rgb;
  readonly alarm: Rgb;
  /** Under the QR code, and its modules: always dark on light. */
  readonly card: Rgb;
  readonly ink: Rgb;
}

export const COLOUR: Theme = {
  background: 0x0c0f14,
  text: 0xffffff,
  soft: 0xaab3c0,
  faint: 0x2b323d,
  accent: 0x8fa2ff,
  good: 0x45d690,
  attention: 0xffb84d,
  alarm: 0xff7a6b,
  card: 0xffffff,
  ink: 0x000000,
};

export const MONOCHROME: Theme = {
  background: 0x000000,
  text: 0xffffff,
  soft: 0xffffff,
  faint: 0x000000,
  accent: 0xffffff,
  good: 0xffffff,
  attention: 0xffffff,
  alarm: 0xffffff,
  card: 0xffffff,
  ink: 0x000000,
};
