/**
 * Makes `old` look like `fresh` by changing no more than what differs, so that focus, selection and what a screen
 * reader has read stay where they are.
 */
export function morph(old: Element, fresh: Element): void {
  // What the reader has unfolded stays so.
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !(name === "open" && old.tagName === "DETAILS"))
      old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);

  const wanted = [...fresh.childNodes];
  wanted.forEach((node, at) => {
    const present = old.childNodes[at];
    if (present === undefined) old.append(node);
    else if (present instanceof Element && node instanceof Element && alike(present, node))
      morph(present, node);
    else if (present.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
      if (present.nodeValue !== node.nodeValue) present.nodeValue = node.nodeValue;
    } else present.replaceWith(node);
  });
  while (old.childNodes.length > wanted.length) old.lastChild?.remove();
}

/** Whether one can become the other without a reader losing their place. */
function alike(a: Element, b: Element): boolean {
  return a.tagName === b.tagName && a.className.toString() === b.className.toString() && a.id === b.id;
}
