#!/usr/bin/env node
// Prints an access token that is valid now.
import { request } from "node:http";

const socketPath = process.env.C2CD_SOCKET ?? "/run/c2cd/control.sock";
request({ socketPath, path: "/v1/token", timeout: 40_000 }, async (response) => {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  const answer = JSON.parse(body);
  if (response.statusCode === 200) console.log(answer.access_token);
  else fail(answer.detail);
})
  .on("timeout", () => fail("c2cd does not answer"))
  .on("error", (error) => fail(error.message))
  .end();

function fail(reason) {
  console.error(`no token: ${reason}`);
  process.exit(1);
}
