import jsqr from "jsqr";
import { type Browser, chromium, type Page } from "playwright-core";
import { PNG } from "pngjs";

/** Debian's Chromium, which asks nobody for anything by itself. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** What a phone's camera would read off the page. */
export async function scanned(page: Page): Promise<string | undefined> {
  const { width, height, data } = PNG.sync.read(await page.screenshot({ fullPage: true }));
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data.toLowerCase();
}
