import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { paint } from "../../daemon/screens/paint.ts";
import { screenOf } from "../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../daemon/type/fonts.ts";
import { NameShaper } from "../../daemon/type/shaping/names.ts";
import { rasterOf } from "../daemon/screens/readers.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const PANEL = { width: 800, height: 480, monochrome: false };
const FIXTURES = fileURLToPath(new URL("../fixtures/fonts/", import.meta.url));

test("the built daemon draws a project's name with the fonts of its board, letters of right-to-left and emoji", async () => {
  const name = "פרויקט 🔥";
  const board = new Board({ framebuffer: null });
  const simulator = await startSimulator({ interval: 1, projects: [name] });
  const installed = join(board.root, "usr/share/fonts");
  mkdirSync(installed, { recursive: true });
  for (const font of ["noto-color-emoji.ttf", "noto-sans-hebrew-hebrew-400-normal.woff2"])
    copyFileSync(join(FIXTURES, font), join(installed, font));
  const daemon = new DaemonProcess(board, simulator, {
    "display.driver": "png",
    "display.device": "/run/c2cd/screen.png",
    "display.paired_for": "0",
  });
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    simulator.approve();
    const paired = await daemon.until("paired", ({ state }) => state === "paired");
    const fonts = await new NameShaper(board.root).prepare(loadFonts("en"), [name], PANEL);
    const { picture } = paint(screenOf(paired, CATALOGUE.en), PANEL, fonts);
    const expected = Buffer.from(rasterOf(picture).data);
    const file = join(board.root, "run/c2cd/screen.png");
    await eventually("the name on the screen", () =>
      existsSync(file) && PNG.sync.read(readFileSync(file)).data.equals(expected) ? true : null,
    );
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  }
});
