/** The question before an action that cannot be taken back. */

import { h } from "./dom.js";
import { goBack, waysTo } from "./focus.js";
import { plain, textNodes } from "./text.js";

/** Ask what a Block Kit confirm object asks; resolves to true only when the person agrees. */
export function confirmed(ask) {
  const opener = waysTo(document.activeElement);
  return new Promise((answer) => {
    const done = (yes) => (dialog.remove(), goBack(opener), answer(yes));
    const press = (yes) => ({ type: "button", autofocus: !yes, on: { click: () => done(yes) } });
    const named = { role: "alertdialog", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" };
    const agree = ask.style === "danger" ? "button.button.danger" : "button.button.primary";
    const dialog = h(
      "dialog.ask",
      { ...named, on: { cancel: () => done(false) } },
      h("h2", { id: "ask-title" }, plain(ask.title.text)),
      h("div.text", { id: "ask-text" }, textNodes(ask.text)),
      h(
        "footer",
        h("button.button", press(false), plain(ask.deny.text)),
        h(agree, press(true), plain(ask.confirm.text)),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
