import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { startSimulator } from "../simulator/simulator.ts";
import { openBrowser } from "../support/browser.ts";
import { Board, FRAMEBUFFER } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { isBlank, readQr } from "./pixels.ts";

describe("a device is paired end to end", () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  for (const framebuffer of [
    FRAMEBUFFER,
    { width: 320, height: 240, bitsPerPixel: 16, stride: 656 } as const,
  ])
    test(`by the QR code on a framebuffer of ${framebuffer.width}x${framebuffer.height}x${framebuffer.bitsPerPixel}`, async () => {
      const simulator = await startSimulator({ interval: 1, projects: ["Feature Film", "Night Shoot"] });
      const board = new Board({ framebuffer });
      const daemon = new DaemonProcess(board, simulator, { "display.paired_for": "1" });
      try {
        const waiting = await daemon.until("a code", ({ pairing }) => pairing !== null);
        const link = await eventually("a QR code on the screen", () => readQr(board));
        assert.equal(link.toLowerCase(), waiting.pairing?.verification_uri_complete?.toLowerCase());

        const phone = await browser.newPage();
        await phone.goto(link);
        assert.match((await phone.textContent("body")) ?? "", new RegExp(waiting.device.name));
        await phone.getByLabel("Night Shoot").check();
        await phone.getByRole("button", { name: "Authorize" }).click();

        const status = await browser.newPage();
        await status.goto(await daemon.page());
        const paired = await daemon.until("paired", ({ state }) => state === "paired");
        assert.equal(paired.project?.name, "Night Shoot");
        assert.equal(paired.pairing, null);
        await status.getByText("Night Shoot").first().waitFor();
        assert.match(daemon.output, /^<6>confirming -> paired \(project stored: "Night Shoot"\)$/m);

        assert.ok(simulator.secrets().includes(await daemon.accessToken()));
        await eventually("the display given back", () => (isBlank(board) ? true : null));

        const { status: exit, took } = await daemon.end();
        assert.equal(exit, 0);
        assert.ok(took < 2_000, `ended in ${took} ms`);
        for (const secret of simulator.secrets())
          assert.ok(!daemon.output.includes(secret), "no secret in the log");
      } finally {
        await daemon.end("SIGKILL");
        await simulator.close();
        board.remove();
      }
    });

  test("and comes back paired after a restart, without a new code", async () => {
    const simulator = await startSimulator({ interval: 1 });
    const board = new Board();
    const first = new DaemonProcess(board, simulator);
    await first.until("a code", ({ pairing }) => pairing !== null);
    simulator.approve();
    await first.until("paired", ({ state }) => state === "paired");
    await first.end("SIGKILL");
    const codes = simulator.requests().filter(({ call }) => call === "code").length;

    const second = new DaemonProcess(board, simulator);
    try {
      const snapshot = await second.until("paired", ({ state }) => state !== "starting");
      assert.equal(snapshot.state, "paired");
      assert.equal(simulator.requests().filter(({ call }) => call === "code").length, codes);
    } finally {
      await second.end();
      await simulator.close();
      board.remove();
    }
  });

  test("with the third code after two have expired", async () => {
    const simulator = await startSimulator({ interval: 1, codeLife: 4 });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    try {
      await daemon.until("the third code", ({ pairing }) => (pairing?.attempt ?? 0) >= 3);
      // A person on a busy machine may be late for that one as well, and takes the next.
      await daemon.until("paired by the code on the screen", ({ state }) => {
        const link = readQr(board);
        const code = simulator.codes().find(({ userCode }) => userCode === link?.slice(-6));
        if (code?.state === "waiting") simulator.approve({ userCode: code.userCode });
        return state === "paired";
      });
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  test("by a code whose successor is on the screen already", async () => {
    const simulator = await startSimulator({ interval: 3 });
    // The server's own life of it is longer: it does not die while a busy machine is slow to ask.
    simulator.faults.add({ call: "code", fault: { type: "content", members: { expires_in: 8 } } });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    try {
      const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
      await simulator.nextRequest(({ call }) => call === "code");
      simulator.approve({ userCode: pairing?.user_code ?? "" });
      await daemon.until(
        "paired, or a third code",
        (now) => now.project !== null || now.pairing?.attempt === 3,
      );
      assert.equal(simulator.requests().filter(({ call }) => call === "code").length, 2);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  test("though Frame.io wants to be left alone for a year, as soon as a person asks", async () => {
    const simulator = await startSimulator({ interval: 1 });
    const pause = (call: "code" | "poll") =>
      simulator.faults.add({ call, fault: { type: "rate-limited", retryAfter: 31_536_000 }, count: 1 });
    pause("code");
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    const told = () =>
      daemon.until(
        "a word about it, and no code",
        ({ pairing, health }) => pairing === null && health.some(({ code }) => code === "server-trouble"),
      );
    try {
      await told();
      pause("poll");
      await daemon.ask("POST", "/v1/pair");
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      await told();
      await daemon.ask("POST", "/v1/pair");
      await daemon.until("another code", ({ pairing }) => pairing !== null);
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      assert.equal(simulator.requests().filter(({ call }) => call === "code").length, 3);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  test("and asks for codes at its own pace, whatever the server and programs on the device do", async () => {
    const simulator = await startSimulator({ interval: 1 });
    simulator.faults.add({ call: "code", fault: { type: "content", members: { expires_in: 0.001 } } });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    const codes = () => simulator.requests().filter(({ call }) => call === "code");
    try {
      await daemon.until("that it runs", ({ state }) => state !== "starting");
      await eventually("three requests", async () => {
        await daemon.ask("POST", "/v1/cancel");
        await daemon.ask("POST", "/v1/pair");
        return codes().length >= 3 ? true : null;
      });
      const times = codes().map(({ at }) => at);
      // They leave a second apart; on a busy machine one may arrive late. Without a floor they come within milliseconds.
      for (const [index, at] of times.slice(1).entries())
        assert.ok(at - (times[index] ?? 0) >= 300, `${times.map(Math.round).join(", ")} ms`);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  test("though the network drops for 20 s in mid-poll, with the same code", async () => {
    const simulator = await startSimulator({ interval: 2 });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    try {
      const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
      await simulator.nextRequest(({ call }) => call === "poll");
      await simulator.goOffline();
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      await simulator.goOnline();
      const still = await daemon.snapshot();
      assert.equal(still.pairing?.user_code, pairing?.user_code);
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      assert.equal(simulator.requests().filter(({ call }) => call === "code").length, 1);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  test("and obeys slow_down, as the server measures it", async () => {
    const simulator = await startSimulator({ interval: 1 });
    simulator.faults.add({ call: "poll", fault: { type: "refusal", error: "slow_down" }, count: 1 });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    try {
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      const polls = () => simulator.requests().filter(({ call }) => call === "poll");
      await eventually("three polls", () => (polls().length >= 3 ? true : null));
      const [first, second, third] = polls().map(({ at }) => at);
      assert.ok((second ?? 0) - (first ?? 0) >= 6_000, "five seconds more after slow_down");
      assert.ok((third ?? 0) - (second ?? 0) >= 6_000, "and for good");
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });
});
