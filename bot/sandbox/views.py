"""Modals and homes: each person's stack of at most three, and the last home shown to each."""

import copy
from dataclasses import replace
from typing import Any

from bot.sandbox.inputs import state_of
from bot.sandbox.records import Json, NotFoundError, SlackError, View
from bot.sandbox.workspace import Workspace, with_ids

STACK = 3


class Views:
    """The views people have open. Errors are the codes of the views.* methods."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}

    def open(self, user: str, body: Json) -> View:
        """Open a modal with nothing below it; what was open before is gone."""
        with self._workspace.lock:
            self._check_external_id(body)
            for old in self._stacks.pop(user, []):
                self._views.pop(old)
            return self._put_on_top(user, body, below=None)

    def push(self, user: str, body: Json) -> View:
        with self._workspace.lock:
            stack = self.stack(user)
            if not stack:
                raise SlackError("not_found")
            if len(stack) >= STACK:
                raise SlackError("push_limit_reached")
            self._check_external_id(body)
            return self._put_on_top(user, body, below=stack[-1])

    def update(self, view: View, body: Json, *, view_hash: str = "") -> View:
        """Show something else in place of an open view; what was typed stays where ids stay."""
        with self._workspace.lock:
            now = self.view(view.id)
            if view_hash and view_hash != now.hash:
                raise SlackError("hash_conflict")
            self._check_external_id(body, but=now.id)
            return self._keep(replace(now, errors={}, **self._drawn(body, now.values)))

    def publish(self, user: str, body: Json, *, view_hash: str = "") -> View:
        """Show a home to one person."""
        with self._workspace.lock:
            now = self.home(user)
            if now is not None:
                return self.update(now, body, view_hash=view_hash)
            view_id = self._workspace.new_id("V")
            self._homes[user] = view_id
            drawn = self._drawn(body, {})
            return self._keep(View(id=view_id, user=user, root_id=view_id, **drawn))

    def enter(self, view: View, values: dict[str, dict[str, Json]]) -> View:
        """Keep what a person typed or chose. The hash stays: only the bot's changes move it."""
        with self._workspace.lock:
            return self._keep(replace(self.view(view.id), values=values, errors={}))

    def complain(self, view: View, errors: dict[str, str]) -> View:
        with self._workspace.lock:
            return self._keep(replace(self.view(view.id), errors=errors))

    def close(self, view: View, *, everything: bool = False) -> list[View]:
        """Take a view and what lies on it off the stack; return what was closed, top first."""
        with self._workspace.lock:
            stack = self._stacks.get(view.user, [])
            if view.id not in stack:
                raise NotFoundError("That modal is no longer open.")
            cut = 0 if everything else stack.index(view.id)
            closed = [self._views.pop(name) for name in reversed(stack[cut:])]
            del stack[cut:]
        self._workspace.changed("view", person=view.user)
        return closed

    def view(self, view_id: str) -> View:
        with self._workspace.lock:
            try:
                return self._views[view_id]
            except KeyError:
                raise NotFoundError("That modal is no longer open.") from None

    def by_external_id(self, external_id: str) -> View:
        with self._workspace.lock:
            for view in self._views.values():
                if external_id and view.body.get("external_id") == external_id:
                    return view
        raise NotFoundError(f"No view has the external_id {external_id}.")

    def stack(self, user: str) -> list[View]:
        """Return the modals a person has open, the top one last."""
        with self._workspace.lock:
            return [self._views[name] for name in self._stacks.get(user, [])]

    def home(self, user: str) -> View | None:
        with self._workspace.lock:
            return self._views.get(self._homes.get(user, ""))

    def _put_on_top(self, user: str, body: Json, *, below: View | None) -> View:
        view_id = self._workspace.new_id("V")
        self._stacks.setdefault(user, []).append(view_id)
        return self._keep(
            View(
                id=view_id,
                user=user,
                root_id=below.root_id if below else view_id,
                previous_id=below.id if below else None,
                **self._drawn(body, {}),
            )
        )

    def _drawn(self, body: Json, values: dict[str, dict[str, Json]]) -> dict[str, Any]:
        drawn = copy.deepcopy(body)
        drawn["blocks"] = list(with_ids(body["blocks"], self._workspace))
        seconds = self._workspace.next_ts()
        return {
            "body": drawn,
            "hash": f"{seconds}.{self._workspace.new_id('h')}",
            "values": state_of(tuple(drawn["blocks"]), values),
        }

    def _check_external_id(self, body: Json, *, but: str = "") -> None:
        wanted = body.get("external_id")
        for view in self._views.values():
            if wanted and view.body.get("external_id") == wanted and view.id != but:
                raise SlackError("duplicate_external_id")

    def _keep(self, view: View) -> View:
        self._views[view.id] = view
        what = "home" if view.type == "home" else "view"
        self._workspace.changed(what, person=view.user)
        return view
