import xterm from "@xterm/headless";

/** What a person sees on a terminal of this size after a program has written `output`. */
export async function screenAfter(output: string, columns = 80, rows = 24): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const { active } = terminal.buffer;
  return Array.from({ length: rows }, (_, row) =>
    (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
  );
}
