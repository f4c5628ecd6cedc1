/**
 * Building elements, and bringing a drawn tree up to date in place.
 * Text only ever becomes text nodes: nothing here, or anywhere on this page, parses HTML.
 */

/**
 * Build an element: h("p.hint", {attributes}, children…), where the attributes may be left out.
 * `on` holds handlers by event type, `key` tells siblings apart between two drawings, ".name" sets
 * a property once, when the element is made.
 */
export function h(kind, ...rest) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  const props = rest[0]?.constructor === Object ? rest.shift() : {};
  node.append(...rest.flat(Infinity).filter((child) => child || child === 0));
  node.classList.add(...classes);
  for (const [name, value] of Object.entries(props)) give(node, name, value);
  return node;
}

function give(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") node.handlers = value;
  else if (name === "key") node.dataset.key = value;
  else if (name.startsWith(".")) node[name.slice(1)] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

/** Call the handlers from where an event of one of these types happened outwards. */
export function listen(types, { capture = false } = {}) {
  for (const type of types) document.addEventListener(type, dispatch, capture);
}

function dispatch(event) {
  for (let node = event.target; node && node !== document; node = node.parentNode) {
    if (!event.cancelBubble) node.handlers?.[event.type]?.(event, node);
  }
}

/**
 * Make the children of `old` look like `fresh` and keep every element that stays: its focus, its
 * scroll position, its open menu and what a person typed into it. `data-keep` marks what is drawn
 * once and then left alone.
 */
export function redraw(old, ...fresh) {
  const wanted = fresh.flat(Infinity).filter(Boolean);
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  for (const child of [...old.childNodes]) if (keyOf(child) && !keys.has(keyOf(child))) child.remove();
  const kept = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let cursor = old.firstChild;
  for (const child of wanted) {
    const same = kept.get(keyOf(child)) ?? (cursor && !keyOf(cursor) && alike(cursor, child) ? cursor : null);
    if (same && alike(same, child)) {
      if (same === cursor) cursor = cursor.nextSibling;
      else old.insertBefore(same, cursor);
      update(same, child);
    } else {
      old.insertBefore(child, cursor);
    }
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function keyOf(node) {
  return node.dataset?.key;
}

function alike(one, other) {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function update(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (fresh.dataset.keep !== undefined) return;
  old.handlers = fresh.handlers;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  redraw(old, [...fresh.childNodes]);
}
