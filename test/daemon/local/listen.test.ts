import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { groupId, SocketError } from "../../../daemon/local/listen.ts";
import { startLocal } from "../../../daemon/local/server.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { directoryFor, optionsFor, overSocket, start } from "./harness.ts";

test("the socket is for its owner and group, and goes with the daemon", async (context) => {
  const running = await start(context);
  assert.equal(lstatSync(running.socketPath).mode & 0o777, 0o660);
  assert.deepEqual(
    readdirSync(running.directory).filter((name) => name.startsWith("control")),
    ["control.sock"],
  );
  await running.local.close();
  assert.ok(!existsSync(running.socketPath));
  await running.local.close();
});

test("the socket goes to group c2cd where there is one", {
  skip: process.getuid?.() !== 0 && "needs root to give a file away",
}, async (context) => {
  const groupFile = join(directoryFor(context), "group");
  writeFileSync(groupFile, "root:x:0:\nc2cdx:x:1:\nc2cd:x:4242:alice\n");
  const running = await start(context, { groupFile });
  assert.equal(lstatSync(running.socketPath).gid, 4242);
});

test("a user outside the group gets nothing", {
  skip: process.getuid?.() !== 0 && "needs root to become another user",
}, async (context) => {
  const running = await start(context);
  // Let the user reach the socket itself: what refuses is its mode and not the directory's.
  chmodSync(running.directory, 0o755);
  const attempt = spawn(
    process.execPath,
    [
      "-e",
      `require("node:net").connect(${JSON.stringify(running.socketPath)})
        .on("connect", () => console.log("connected")).on("error", (error) => console.log(error.code))`,
    ],
    { uid: 65_534, gid: 65_534, stdio: ["ignore", "pipe", "ignore"] },
  );
  const [said] = await once(attempt.stdout, "data");
  assert.equal(String(said).trim(), "EACCES");
});

test("a socket file that a dead process left is replaced", async (context) => {
  const options = optionsFor(context);
  const dead = spawn(process.execPath, [
    "-e",
    `require("node:net").createServer().listen(${JSON.stringify(options.socketPath)}, () => console.log("up"))`,
  ]);
  await once(dead.stdout, "data");
  dead.kill("SIGKILL");
  await once(dead, "exit");
  assert.ok(lstatSync(options.socketPath).isSocket());
  writeFileSync(`${options.socketPath}~`, "left by a crash in between");
  const local = await startLocal(options);
  context.after(() => local.close());
  assert.equal(lstatSync(options.socketPath).mode & 0o777, 0o660);
});

test("a socket on which a daemon answers is left alone", async (context) => {
  const running = await start(context);
  await assert.rejects(startLocal({ ...optionsFor(context), socketPath: running.socketPath }), (error) => {
    assert.ok(error instanceof SocketError);
    assert.match(error.message, /another c2cd answers/);
    return true;
  });
  assert.equal((await overSocket(running, "/healthz")).status, 200);
});

test("what is no socket is not removed", async (context) => {
  const options = optionsFor(context);
  writeFileSync(options.socketPath, "precious");
  await assert.rejects(startLocal(options), { name: "SocketError", message: /in the way and is no socket/ });
  const link = `${options.socketPath}.link`;
  symlinkSync(options.socketPath, link);
  await assert.rejects(startLocal({ ...options, socketPath: link }), { name: "SocketError" });
  assert.ok(lstatSync(options.socketPath).isFile());
});

test("a socket that can't be made says why", async (context) => {
  const options = optionsFor(context);
  await assert.rejects(startLocal({ ...options, socketPath: "/nonexistent/control.sock" }), {
    name: "SocketError",
    message: /\/nonexistent\/control\.sock can't be made: /,
  });
  await assert.rejects(startLocal({ ...options, socketPath: `${options.socketPath}${"x".repeat(120)}` }), {
    name: "SocketError",
    message: /too long/,
  });
});

test("another daemon's socket is not taken away on closing", async (context) => {
  const first = await start(context);
  await first.local.close();
  const second = await startLocal({ ...optionsFor(context), socketPath: first.socketPath });
  context.after(() => second.close());
  await first.local.close();
  assert.ok(existsSync(first.socketPath));
});

/** The descriptor of a listening server. */
function descriptorOf(server: Server): number {
  return (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

/** A daemon that inherits these servers as descriptors from 3 on, the way systemd hands them over. */
function daemonWith(context: TestContext, servers: readonly Server[]): ChildProcess {
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      `import { startLocal } from ${module("../../../daemon/local/server.ts")};
       import { handedOverSockets } from ${module("../../../daemon/local/handed-over.ts")};
       import { FakeBackend } from ${module("./fake-backend.ts")};
       import { systemClock } from ${module("../../../daemon/core/clock.ts")};
       import { createLogger } from ${module("../../../daemon/core/log.ts")};
       import { randomBytes } from "node:crypto";
       const handedOver = handedOverSockets({ LISTEN_FDS: "${servers.length}", LISTEN_PID: String(process.pid) });
       await startLocal({ backend: new FakeBackend(), http: { listen: "", hosts: [], allow_actions: false },
         socketPath: "/nonexistent/never-used", handedOver, groupFile: "/dev/null", webRoot: "/nonexistent",
         hostName: () => "recorder", clock: systemClock("", 0), log: createLogger("info", "json", () => {}), randomBytes,
         onPageProblem() {}, fail(error) { throw error; } }).then(
           () => console.log("up"), (error) => { console.log(error.name, error.message); process.exit(); });`,
    ],
    { stdio: ["ignore", "pipe", "inherit", ...servers.map(descriptorOf)] },
  );
  context.after(() => child.kill());
  return child;
}

test("listening sockets from systemd are all taken, as they are", async (context) => {
  const directory = directoryFor(context);
  const names = ["control", "uploader"];
  const servers = names.map((name) => createServer().listen(join(directory, `${name}.bound`)));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const child = daemonWith(context, servers);
  assert.equal(String(await once(child.stdout as Readable, "data")).trim(), "up");
  // Closing removes the names that they were bound to, so they go by others from here on.
  for (const name of names) renameSync(join(directory, `${name}.bound`), join(directory, name));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  for (const name of names) {
    const probe = await overSocket({ socketPath: join(directory, name) } as never, "/healthz");
    assert.equal(probe.status, 200, name);
  }
  child.kill();
  await once(child, "exit");
  for (const name of names) assert.ok(existsSync(join(directory, name)), "systemd's file stays systemd's");
});

test("a TCP socket from systemd is refused: whoever reached it would be given tokens", async (context) => {
  const directory = directoryFor(context);
  const servers = [createServer().listen(join(directory, "control")), createServer().listen(0, "127.0.0.1")];
  await Promise.all(servers.map((server) => once(server, "listening")));
  context.after(() => {
    for (const server of servers) server.close();
  });
  const said = String(await once(daemonWith(context, servers).stdout as Readable, "data"));
  assert.match(
    said,
    /^SocketError systemd hands over 127\.0\.0\.1:\d+ as a control socket, which must be a UNIX one/,
  );
});

test("a TCP port in use is told, tried again, and had in the end", async (context) => {
  const squatter = createHttpServer((_request, response) => response.end("mine"));
  await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
  const { port } = squatter.address() as AddressInfo;
  const clock = new ManualClock();
  const options = optionsFor(context, {
    clock,
    http: { listen: `127.0.0.1:${port}`, hosts: [], allow_actions: false },
  });
  const local = await startLocal(options);
  context.after(() => local.close());
  assert.equal(local.tcpAddress(), null);
  assert.match(
    options.pageProblems.at(-1) ?? "",
    new RegExp(`127\\.0\\.0\\.1:${port}: another program uses`),
  );
  assert.equal((await overSocket({ socketPath: options.socketPath } as never, "/healthz")).status, 200);

  await clock.advance(2_000);
  while (options.pageProblems.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => squatter.close(resolve));
  await clock.advance(5_000);
  while (options.pageProblems.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(options.pageProblems.at(-1), null);
  assert.equal(local.tcpAddress()?.port, port);
  const probe = connect(port, "127.0.0.1");
  await once(probe, "connect");
  probe.destroy();
});

test("a port that a plain user may not have is told, with what to do", {
  skip: process.getuid?.() !== 0 && "needs root to become another user",
}, async (context) => {
  // What the kernel counts as privileged may be nothing here; then there is nothing to refuse.
  if (Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) <= 80)
    return context.skip("any port is free for everyone here");
  const options = optionsFor(context, {
    clock: new ManualClock(),
    http: { listen: "127.0.0.1:80", hosts: [], allow_actions: false },
  });
  chmodSync(options.webRoot, 0o777);
  process.seteuid?.(65_534);
  const local = await startLocal(options).finally(() => process.seteuid?.(0));
  assert.match(
    options.pageProblems[0] ?? "",
    /listen on 127\.0\.0\.1:80: .*CAP_NET_BIND_SERVICE.*http\.listen/,
  );
  await local.close();
});

test("an address that this machine does not have is told and tried again", async (context) => {
  const options = optionsFor(context, {
    clock: new ManualClock(),
    http: { listen: "203.0.113.7:8620", hosts: [], allow_actions: false },
  });
  const local = await startLocal(options);
  assert.match(options.pageProblems[0] ?? "", /203\.0\.113\.7:8620/);
  await local.close();
});

test("without a page there is no port", async (context) => {
  const options = optionsFor(context, {
    http: { listen: "", hosts: [], allow_actions: false },
    webRoot: "/nonexistent",
  });
  const local = await startLocal(options);
  context.after(() => local.close());
  assert.equal(local.tcpAddress(), null);
  assert.deepEqual(options.pageProblems, []);
});

test("a page that is not installed is told, and the socket works all the same", async (context) => {
  const options = optionsFor(context, { webRoot: "/nonexistent" });
  const local = await startLocal(options);
  context.after(() => local.close());
  assert.match(options.pageProblems[0] ?? "", /not installed/);
  assert.equal((await overSocket({ socketPath: options.socketPath } as never, "/healthz")).status, 200);
});

test("the page listens on IPv6 too", async (context) => {
  const options = optionsFor(context, { http: { listen: "[::1]:0", hosts: [], allow_actions: false } });
  const local = await startLocal(options);
  context.after(() => local.close());
  if (local.tcpAddress() === null) return context.skip(`no IPv6 here: ${options.pageProblems.at(-1)}`);
  assert.equal(local.tcpAddress()?.family, "IPv6");
});

test("the number of a group is read from group(5)", (context) => {
  const file = join(directoryFor(context), "group");
  writeFileSync(file, "# comment\nroot:x:0:\n\nxc2cd:x:7:\nc2cd:x:990:alice,bob\n");
  assert.equal(groupId(file, "c2cd"), 990);
  assert.equal(groupId(file, "root"), 0);
  assert.equal(groupId(file, "nobody"), null);
  assert.equal(groupId("/nonexistent", "c2cd"), null);
});
