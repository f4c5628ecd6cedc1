"""The TOML file on the disk: read, with the next step when it is not there or is no text."""

from pathlib import Path

from bot.config import Config, read_config


class ConfigFileError(Exception):
    """The file is not there or cannot be read; the message says what to do next."""


def load_config(path: Path) -> Config:
    """Read the file; raises ConfigFileError, or ConfigError with every mistake in it."""
    try:
        return read_config(path.read_text(encoding="utf-8"), name=path.name)
    except FileNotFoundError:
        raise ConfigFileError(
            f"{path} does not exist. Next: cp switchboard.example.toml {path}, and change what is "
            "in it; or set SWITCHBOARD_CONFIG to the file you have."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigFileError(f"{path} cannot be read ({error}). Next: save it as UTF-8.") from None
