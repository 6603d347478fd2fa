import { create, toBuffer } from "qrcode";
import sharp from "sharp";
import { qrMatrix, qrPayload } from "../../daemon/qr/qr.ts";
import { createPainter } from "../../daemon/screens/paint.ts";
import { screenOf } from "../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../daemon/type/fonts.ts";
import { changedRects } from "../../hw/picture/changes.ts";
import { encoder, rowBytes } from "../../hw/picture/formats.ts";
import type { Picture, PixelFormat } from "../../hw/picture/picture.ts";
import { OFFER, snapshotOf } from "../daemon/screens/snapshots.ts";
import { type Bench, figure, median, ms, type Row, times } from "./bench.ts";

const RUNS = 15;

const PANELS: readonly (readonly [number, number, PixelFormat])[] = [
  [128, 64, "MONO10"],
  [320, 240, "RGB565"],
  [800, 480, "RGB565"],
  [1920, 1080, "XRGB8888"],
  [3840, 2160, "XRGB8888"],
];

async function panelRow(width: number, height: number, format: PixelFormat): Promise<Row> {
  const fonts = loadFonts("en");
  const panel = { width, height, monochrome: format === "MONO10" };
  const at = (seconds: number) =>
    screenOf(snapshotOf("awaiting-user", { pairing: { ...OFFER, expires_in: seconds } }), CATALOGUE.en, {
      lifetime: OFFER.expires_in,
    });
  const bytesOf = (part: { width: number; height: number }) => rowBytes(format, part.width) * part.height;
  const encode = (picture: Picture) => {
    const row = new Uint8Array(rowBytes(format, width));
    const write = encoder(format, picture.palette);
    for (let y = 0; y < height; y++) write(picture.pixels, y * width, width, row, 0);
  };

  const first = await times(RUNS, () => encode(createPainter()(at(120), panel, fonts).picture));
  const paint = createPainter();
  let shown = paint(at(120), panel, fonts).picture;
  let seconds = 120;
  let most = 0;
  const second = await times(RUNS, () => {
    const { picture } = paint(at(--seconds), panel, fonts);
    const changed = changedRects(shown, picture).reduce((sum, rect) => sum + bytesOf(rect), 0);
    most = Math.max(most, changed);
    shown = picture;
  });
  const whole = bytesOf(panel);
  return {
    subject: `c2cd: ${width}x${height} ${format}`,
    figures: [
      ms(median(first)),
      ms(median(second)),
      figure((100 * most) / whole, "%", height === 1080 ? 1 : undefined),
    ],
  };
}

/** The code alone, as a PNG of the same height, by the encoder that the code comes from. */
async function qrcodePeer(side: number): Promise<Row> {
  const taken = await times(RUNS, () =>
    toBuffer(OFFER.verification_uri_complete ?? "", { type: "png", width: side }),
  );
  return {
    subject: `peer: qrcode's PNG, ${side}x${side}, the code alone`,
    figures: [ms(median(taken)), null, null],
  };
}

/** A like picture by librsvg and libvips: two lines of text and the code as one path. */
async function svgPeer(width: number, height: number): Promise<Row> {
  const { size, dark } = qrMatrix(qrPayload(OFFER.verification_uri_complete ?? ""));
  const module = Math.floor((height * 0.8) / size);
  const path: string[] = [];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if (dark(x, y)) path.push(`M${x * module} ${y * module}h${module}v${module}h-${module}z`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/><path d="${path.join("")}"/><text x="60%" y="40%" font-size="${height / 8}">482 913</text><text x="60%" y="60%" font-size="${height / 20}">next.frame.io/pair</text></svg>`;
  const taken = await times(RUNS, () => sharp(Buffer.from(svg)).raw().toBuffer());
  return {
    subject: `peer: librsvg, ${width}x${height}, like picture`,
    figures: [ms(median(taken)), null, null],
  };
}

/** Modules a side of the symbol for the same link, as it is given and as it is drawn. */
function symbolRows(): readonly Row[] {
  const link = OFFER.verification_uri_complete ?? "";
  const plain = create(link, { errorCorrectionLevel: "M" }).modules.size;
  const ours = qrMatrix(qrPayload(link)).size;
  return [
    {
      subject: "c2cd: modules a side of the code for the usual link",
      figures: [null, null, figure(ours, "")],
    },
    { subject: "peer: qrcode's default for the link as it is", figures: [null, null, figure(plain, "")] },
  ];
}

export const screens: Bench = {
  name: "screens",
  measures: `the code's screen, laid out, drawn and encoded; median of ${RUNS}, and the most bytes`,
  columns: ["first frame", "a second later", "bytes of the frame"],
  async run() {
    const rows: Row[] = [];
    for (const [width, height, format] of PANELS) rows.push(await panelRow(width, height, format));
    return [
      ...rows,
      await svgPeer(800, 480),
      await svgPeer(1920, 1080),
      await qrcodePeer(480),
      await qrcodePeer(1080),
      ...symbolRows(),
    ];
  },
};
