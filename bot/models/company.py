"""The company: its configuration, departments with their rules, and people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base


@dataclass(frozen=True, slots=True)
class Actor:
    """Who pressed something in Slack, as its payload tells."""

    slack_id: str
    name: str


class Standing(StrEnum):
    """What somebody is to the company, as Slack says. The value is how people read it."""

    COLLEAGUE = "colleagues"
    GUEST = "guests"
    PARTNER = "people from other companies"
    BOT = "apps and bots"
    LEFT = "people who have left"


class Setting(Base):
    """One part of the company's configuration that has no table of its own."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


class PolicyChange(Base):
    """One time that somebody changed who may reply, and whose first replies are approved."""

    __tablename__ = "policy_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: it came with a configuration file."""
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    submission: Mapped[str | None] = mapped_column(String(128), unique=True)
    """Slack's id of the window it was submitted from: one submission, one change."""

    actor: Mapped["Person | None"] = relationship(lazy="joined")


class Department(Base):
    __tablename__ = "department"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    channel: Mapped[str] = mapped_column(String(80))
    """As written in the configuration: "#support" or a channel's id."""
    purpose: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    catch_all: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    """No longer in the configuration; it keeps its mentions and gets no new ones."""
    rules: Mapped[list["Rule"]] = relationship(
        order_by="Rule.position", cascade="all, delete-orphan"
    )
    members: Mapped[list["Person"]] = relationship(secondary="member")


class Rule(Base):
    __tablename__ = "rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    position: Mapped[int]
    conditions: Mapped[dict[str, Any]]


class Member(Base):
    """Who answers for which department."""

    __tablename__ = "member"
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Person(Base):
    """Somebody in the company: known by name from the configuration, by id from Slack, or both."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    named: Mapped[bool] = mapped_column(default=False)
    """True for people of the configuration, whose name in a post decides where it goes."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    looked_up_at: Mapped[datetime | None]
    """When Slack last told us the name."""
    standing: Mapped[Standing | None] = mapped_column(String(32))
    """What Slack last told us that they are; None before it was asked."""
    left_at: Mapped[datetime | None]
    """When Slack told us that they are not there any more."""
