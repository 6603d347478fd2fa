/** qrcode's encoder alone, without its renderers; the package types only the whole. */
declare module "qrcode/lib/core/qrcode.js" {
  import type { QRCode, QRCodeOptions } from "qrcode";
  export function create(text: string, options?: QRCodeOptions): QRCode;
}

declare module "qrcode/lib/core/segments.js" {
  import type { QRCodeSegment } from "qrcode";
  export function rawSplit(text: string): QRCodeSegment[];
  export function fromString(text: string, version: number): QRCodeSegment[];
}

declare module "qrcode/lib/core/version.js" {
  import type { QRCodeErrorCorrectionLevel, QRCodeSegment } from "qrcode";
  export function getBestVersionForData(
    segments: readonly QRCodeSegment[],
    level: QRCodeErrorCorrectionLevel,
  ): number | undefined;
}
