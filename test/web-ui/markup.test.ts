/** The page as it is served, before html-validate: the HTML standard, and what makes a page usable. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LANGUAGES } from "../../daemon/texts/languages.ts";
import { overTcp, type Running, start } from "../daemon/local/harness.ts";
import { LOOKS } from "./looks.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  // Only a browser without script reloads: a code dies within two minutes, and nothing else would bring the next one.
  rules: { "meta-refresh": "off" },
});

async function complaintsOf(running: Running, path: string): Promise<string[]> {
  const { status, body } = await overTcp(running, path);
  assert.equal(status, 200, path);
  const { results } = await validator.validateString(body);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, selector }) => `${path} ${ruleId}: ${message} (${selector})`),
  );
}

async function serve(context: TestContext, actions: boolean): Promise<Running> {
  return start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: actions } });
}

for (const actions of [true, false])
  test(`html-validate has no complaint of any look, ${actions ? "with" : "without"} actions`, async (context) => {
    const running = await serve(context, actions);
    for (const [name, look] of Object.entries(LOOKS)) {
      running.backend.become(look);
      for (const path of ["/", "/?confirm=unpair", "/?notice=not-revoked"])
        assert.deepEqual(await complaintsOf(running, path), [], name);
    }
  });

test("html-validate has no complaint of any language", async (context) => {
  const running = await serve(context, true);
  for (const language of LANGUAGES)
    for (const look of [LOOKS.awaiting, LOOKS["paired with trouble"]]) {
      assert.ok(look);
      running.backend.become(look);
      assert.deepEqual(await complaintsOf(running, `/?lang=${language}`), []);
    }
});
