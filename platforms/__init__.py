"""Finds the platforms: each file in this folder is one, except `base` and names with `_`.

Importing a file here must not import its client library, so that what is switched off costs
nothing: libraries are imported where they are first used.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from platforms.base import Platform, Settings, SettingsProblem


@dataclass(frozen=True, slots=True)
class Configured:
    """A platform that is switched on. Each job opens an instance of its own."""

    platform: type[Platform]
    settings: Settings = field(repr=False)

    def open(self) -> Platform:
        """Make an instance for one thread; does not touch the network."""
        return self.platform(self.settings)


def available() -> dict[str, type[Platform]]:
    """Every platform of this folder, by name."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    found = [_platform_in(name) for name in modules if name != "base" and name[0] != "_"]
    return {platform.name: platform for platform in found}


def configured(env: Mapping[str, str]) -> list[Configured]:
    """Return the platforms that are switched on: those with one of their credentials in `env`.

    Raises SettingsProblem when a platform is only partly set up, or a value cannot be used.
    """
    found = []
    for platform in available().values():
        given = _given(platform, env)
        if any(name in given for name in _credentials(platform)):
            found.append(Configured(platform, _settings(platform, given)))
    return found


def _platform_in(name: str) -> type[Platform]:
    module = importlib.import_module(f"{__name__}.{name}")
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, Platform) and thing is not Platform:
            return thing
    raise ImportError(f"{module.__file__} defines no Platform. See platforms/base.py.")


def _given(platform: type[Platform], env: Mapping[str, str]) -> dict[str, str]:
    names = (str(field.alias) for field in platform.Settings.model_fields.values())
    return {name: env[name].strip() for name in names if env.get(name, "").strip()}


def _credentials(platform: type[Platform]) -> list[str]:
    """Variables that nobody sets by habit: those without a default of their own."""
    fields = platform.Settings.model_fields.values()
    return [str(field.alias) for field in fields if field.is_required() or field.default is None]


def _settings(platform: type[Platform], given: dict[str, str]) -> Settings:
    try:
        return platform.Settings.model_validate(given)
    except ValidationError as error:
        raise _problem(platform, given, error) from None  # the original shows the values


def _problem(
    platform: type[Platform], given: dict[str, str], error: ValidationError
) -> SettingsProblem:
    errors = error.errors(include_input=False, include_url=False, include_context=False)
    missing = [str(each["loc"][0]) for each in errors if each["type"] == "missing"]
    if missing:
        return SettingsProblem(
            missing,
            f"{platform.label} is only partly set up: {', '.join(missing)} missing.",
            f"Set {'it' if len(missing) == 1 else 'them'}, or remove {', '.join(sorted(given))}"
            f" to switch {platform.label} off.",
        )
    fix = errors[0]["msg"].removeprefix("Value error, ")
    if not errors[0]["loc"]:  # a rule over several variables
        return SettingsProblem(sorted(given), f"{platform.label} is only partly set up.", fix)
    name = str(errors[0]["loc"][0])
    return SettingsProblem([name], f"{platform.label}: {name} cannot be used.", fix)
