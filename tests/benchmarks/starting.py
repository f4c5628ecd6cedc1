"""How long `python app.py` takes to be there and how much memory it holds, against its libraries."""

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

import app
from bot.sandbox.world import World
from tests.benchmarks.databases import EXAMPLE, Kind
from tests.benchmarks.servers import free_port, running
from tests.benchmarks.table import Table, say
