import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #565d6b; --page: #f3f4f7; --card: #fff; --line: #d5d9e2;
  --accent: #4338ca; --on-accent: #fff; --good: #15803d; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef0f5; --soft: #a4abba; --page: #0f1115; --card: #191c23;
  --line: #353b48; --accent: #a5b4fc; --on-accent: #14162b; --good: #4ade80; --bad: #fda29b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--ink);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header { padding: 10px 16px; text-align: center; font-size: 13px; color: var(--soft); border-bottom: 1px solid var(--line); }
main { width: 100%; max-width: 440px; margin: 0 auto; padding: 18px 16px 24px; flex: 1; }
h1 { margin: 0 0 12px; font-size: 24px; line-height: 1.2; letter-spacing: -.01em; }
p { margin: 0 0 10px; }
.device { margin: 0 0 10px; padding: 12px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.device p { margin: 0; color: var(--soft); }
.device .name, .device strong { color: var(--ink); overflow-wrap: anywhere; }
.device .name { font-size: 19px; font-weight: 650; }
.hint { color: var(--soft); font-size: 14px; }
.note { padding: 10px 12px; border-left: 4px solid var(--accent); background: var(--card); }
.problem { border-color: var(--bad); }
.small-digits { font-variant-numeric: tabular-nums; letter-spacing: .08em; }
fieldset { margin: 0 0 14px; padding: 0; border: 0; min-width: 0; }
legend, form > label { display: block; padding: 0; margin: 0 0 6px; font-weight: 600; }
.optional { font-weight: 400; color: var(--soft); }
.choice { display: flex; align-items: center; gap: 12px; min-height: 48px; padding: 8px 14px; background: var(--card);
  border: 1px solid var(--line); border-bottom-width: 0; overflow-wrap: anywhere; cursor: pointer; }
.choice:first-of-type { border-radius: 12px 12px 0 0; }
.choice:last-of-type { border-radius: 0 0 12px 12px; border-bottom-width: 1px; }
.choice:first-of-type:last-of-type { border-radius: 12px; }
.choice span { min-width: 0; }
.choice input { flex: none; width: 20px; height: 20px; margin: 0; accent-color: var(--accent); }
.choice:has(input:checked) { font-weight: 600; }
input[type=date], .digits { width: 100%; min-height: 48px; padding: 8px 14px; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.digits { min-height: 64px; text-align: center; font-size: 32px; font-variant-numeric: tabular-nums; letter-spacing: .18em; }
.digits::placeholder { color: var(--line); }
.actions { display: flex; flex-direction: row-reverse; gap: 10px; margin-top: 16px; }
button, .button { flex: 1; min-height: 50px; padding: 12px; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 12px; cursor: pointer; }
.primary { flex: 2; color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.tick { width: 56px; height: 56px; margin: 8px 0 16px; border-radius: 50%; background: var(--good); position: relative; }
.tick::after { content: ""; position: absolute; left: 21px; top: 12px; width: 12px; height: 24px; rotate: 45deg;
  border: solid var(--card); border-width: 0 5px 5px 0; }
`;

/** Nothing from elsewhere, no script, forms to the page's own address alone. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** A whole document around the body of a page. */
export function layout(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Frame.io simulator</title>
<style>${STYLE}</style>
</head>
<body>
<header>Frame.io simulator: nothing leaves this computer</header>
<main>${body}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
