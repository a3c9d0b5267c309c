/**
 * Makes `target`'s children equal to the markup while keeping every element that can stay, so that focus, a slider in
 * motion and a captured pointer survive a redraw.
 */
export function patch(target: Element, markup: string): void {
  const template = document.createElement('template');
  template.innerHTML = markup;
  patchChildren(target, template.content);
}

function patchChildren(current: Node, wanted: Node): void {
  const existing = [...current.childNodes];
  const next = [...wanted.childNodes];
  next.forEach((node, index) => {
    const old = existing[index];
    if (!old) current.appendChild(node);
    else if (!patchNode(old, node)) current.replaceChild(node, old);
  });
  for (const surplus of existing.slice(next.length)) current.removeChild(surplus);
}

/** Whether `old` could be made into `node`. */
function patchNode(old: Node, node: Node): boolean {
  if (old.nodeType !== node.nodeType || old.nodeName !== node.nodeName) return false;
  if (!(old instanceof Element && node instanceof Element)) {
    if (old.nodeValue !== node.nodeValue) old.nodeValue = node.nodeValue;
    return true;
  }
  patchAttributes(old, node);
  if (old instanceof HTMLInputElement && node instanceof HTMLInputElement) patchInput(old, node);
  patchChildren(old, node);
  return true;
}

function patchAttributes(old: Element, node: Element): void {
  for (const { name } of [...old.attributes]) if (!node.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of node.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

/** What a reader has typed stays while they type it. */
function patchInput(old: HTMLInputElement, node: HTMLInputElement): void {
  const typing = old.type === 'number' && document.activeElement === old;
  if (!typing && old.value !== node.value) old.value = node.value;
  if (old.checked !== node.checked) old.checked = node.checked;
}
