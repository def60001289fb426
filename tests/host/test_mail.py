"""Mails on their way out: each is sent, by whichever worker, as a file or to a real mail server."""

from __future__ import annotations

import asyncio
import dataclasses
import email
import email.policy
import smtplib
import ssl
import stat
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from gamehall import migrate
from gamehall.accounts import Registration, add_user
from gamehall.delivery import FileOutbox, Smtp, sender_of, transport_of
from gamehall.mail import Mail, claim, compose, given_up, is_due, post, put_off, send_due, stop_code, stop_user
from gamehall.problems import Problem
from gamehall.settings import Settings, SettingsError
from gamehall.tables import mail
from rig.command import Ended, Run
from rig.hall import Hall, StartHall, done
from rig.processes import free_port

pytestmark = pytest.mark.anyio

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
LETTER = Mail("m" * 26, "u" * 26, "Bob Ö", "bob@example.org", "Your turn", "Hello Bob Ö,\n", 1, datetime.now(UTC))


class Broken:
    """A way out that is closed; it counts who comes."""

    def __init__(self) -> None:
        self.tried = 0

    def send(self, mail_id: str, message: EmailMessage) -> None:
        self.tried += 1
        raise OSError("the server is away")


async def write_mail(hall: Hall, subject: str = "Your turn") -> None:
    """Posts a mail to ada, due at once."""
    user_id = done(await (hall.nobody).get("/users/ada"))["id"]
    await hall.host.write(post, user_id, subject, "Hello ada,\n", hall.host.hall_time())


async def rows(hall: Hall) -> list[Any]:
    return list(await hall.host.read(lambda c: c.execute(sa.select(mail).order_by(mail.c.id)).all()))


# -- Waiting, and being sent


async def test_each_mail_becomes_a_file_for_its_reader(each_hall: Hall, tmp_path: Path) -> None:
    await each_hall.user("ada", display_name="Ada Ö, Countess")
    for subject in ("One", "Two"):
        await write_mail(each_hall, subject)
    await send_due(each_hall.host, FileOutbox(tmp_path / "new" / "outbox"))
    assert await rows(each_hall) == []
    files = sorted((tmp_path / "new" / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    for file, subject in zip(files, ("One", "Two"), strict=True):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert read.defects == []
        assert (read["To"].addresses[0].display_name, read["To"].addresses[0].addr_spec) == (
            "Ada Ö, Countess",
            "ada@example.org",
        )
        assert read["Subject"] == subject
        assert read.get_content().splitlines()[0] == "Hello ada,"


async def test_a_mail_is_sent_by_one_of_many_workers(database_url: str, start_hall: StartHall, tmp_path: Path) -> None:
    one, two = await start_hall(database_url), await start_hall(database_url)
    await one.user("ada")
    for number in range(20):
        await write_mail(one, f"Mail {number}")
    outboxes = [FileOutbox(tmp_path / str(number)) for number in range(6)]
    await asyncio.gather(*(send_due((one, two)[n % 2].host, way) for n, way in enumerate(outboxes)))
    sent = [file.name for way in outboxes if way.folder.exists() for file in way.folder.iterdir()]
    assert len(sent) == len(set(sent)) == 20
    assert await rows(two) == []


async def test_a_mail_whose_worker_died_goes_to_another(each_hall: Hall) -> None:
    await each_hall.user("ada")
    await write_mail(each_hall)
    now = each_hall.host.hall_time() + 1
    lost = await each_hall.host.write(claim, now)
    assert lost is not None
    assert (lost.name, lost.address, lost.attempts) == ("ada", "ada@example.org", 1)
    assert await each_hall.host.write(claim, now + 9 * MINUTE) is None, "it is still being sent"
    again = await each_hall.host.write(claim, now + 10 * MINUTE)
    assert again is not None
    assert (again.id, again.attempts) == (lost.id, 2)
    await each_hall.host.write(put_off, lost, "the dead one's word", now + 11 * MINUTE)
    assert [(row.status, row.error) for row in await rows(each_hall)] == [("sending", "")]
    for attempt in range(3, 7):
        now += 10 * MINUTE
        found = await each_hall.host.write(claim, now + 10 * MINUTE)
        assert found is not None
        assert found.attempts == attempt
    assert await each_hall.host.write(claim, now + 20 * MINUTE) is None, "it takes every worker down"
    assert await each_hall.host.read(given_up) == (1, "the workers that were sending it ended")


async def test_what_cannot_be_sent_is_tried_again_ever_later_and_then_given_up(each_hall: Hall) -> None:
    await each_hall.user("ada")
    await write_mail(each_hall, "x " * 300)
    now, pauses = each_hall.host.hall_time() + 1, []
    while (found := await each_hall.host.write(claim, now)) is not None:
        await each_hall.host.write(put_off, found, "away " * 100, now)
        ((row),) = await rows(each_hall)
        assert len(row.error) <= 300
        pauses.append((row.due_at - now) // MINUTE)
        assert not await each_hall.host.read(is_due, row.due_at - 1)
        if row.status == "failed":
            break
        now = row.due_at
    assert pauses == [1, 5, 30, 120, 480, 7 * 24 * 60]
    assert (await each_hall.host.read(given_up))[0] == 1
    assert await each_hall.host.write(claim, now + 7 * DAY) is None
    assert await rows(each_hall) == []
    assert await each_hall.host.read(given_up) == (0, "")


async def test_one_that_fails_holds_up_no_other(each_hall: Hall, tmp_path: Path) -> None:
    await each_hall.user("ada")
    broken = Broken()
    for _ in range(3):
        await write_mail(each_hall)
    await send_due(each_hall.host, broken)
    assert broken.tried == 3
    assert {(row.status, row.error) for row in await rows(each_hall)} == {("waiting", "OSError: the server is away")}
    await send_due(each_hall.host, broken)
    assert broken.tried == 3, "not before its pause is over"


async def test_whoever_wants_no_more_mails_gets_none_that_waits(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    await write_mail(each_hall)
    done(await ada.patch("/users/me", json={"mail_notices": False}))
    await send_due(each_hall.host, Broken())
    assert await rows(each_hall) == []


# -- What a mail says of itself


def test_a_mail_can_be_ended_by_whoever_reads_it() -> None:
    settings = Settings(public_url="https://hall.example.org/a/rather/long/prefix/of/its/address")
    message = compose(LETTER, settings, b"secret")
    link = f"{settings.address}/mail/{stop_code(b'secret', LETTER.user_id)}"
    text = message.as_bytes().decode()
    assert f"\r\nList-Unsubscribe: <{link}>\r\n" in text, "neither folded nor encoded"
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in text
    assert message.get_content().rstrip().endswith(link)
    assert message["From"] == "Gamehall <gamehall@hall.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert stop_user(b"secret", link.rpartition("/")[2]) == LETTER.user_id
    for code in ("", "x", link.rpartition("/")[2][:-1], stop_code(b"other", LETTER.user_id), "é" * 50):
        with pytest.raises(Problem, match="not whole"):
            stop_user(b"secret", code)


def test_names_and_subjects_stay_what_they_are() -> None:
    name = 'Bob "B" <x@y>, Jr.'
    sly = Mail("m", "u" * 26, name, "bob@example.org", "Your turn: Ö against B\r\nBcc: all", "", 1, datetime.now(UTC))
    with pytest.raises(ValueError, match="linefeed"):
        compose(sly, Settings(), b"")
    message = compose(Mail("m", "u" * 26, name, "bob@example.org", "Ö", "", 1, datetime.now(UTC)), Settings(), b"")
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert [(each.display_name, each.addr_spec) for each in read["To"].addresses] == [(name, "bob@example.org")]


# -- The settings


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ("off", None),
        ("smtp://mail.example", Smtp("smtp", "mail.example", 587)),
        ("smtps://u%40x:p%3A%2F@mail.example", Smtp("smtps", "mail.example", 465, "u@x", "p:/")),
        ("smtp+plain://localhost:2525", Smtp("smtp+plain", "localhost", 2525)),
    ],
)
def test_ways_that_mails_can_take(given: str, way: Smtp | None) -> None:
    assert transport_of(Settings(mail=given)) == way
    assert "p:/" not in repr(way)


def test_without_a_word_they_become_files_in_the_data_folder(tmp_path: Path) -> None:
    assert transport_of(Settings(data_dir=str(tmp_path))) == FileOutbox(tmp_path / "outbox")


@pytest.mark.parametrize(
    "given",
    ["", "on", "http://secret@x", "smtp://", "smtp://u:secret@x:port", "smtp://u:secret@x:99999", "smtp://x/secret"],
)
def test_ways_that_do_not_exist_are_named_without_their_secrets(given: str) -> None:
    with pytest.raises(SettingsError, match="GAMEHALL_MAIL must be") as raised:
        transport_of(Settings(mail=given))
    assert "secret" not in str(raised.value)


def test_whom_mails_come_from() -> None:
    for address, host in [
        ("https://hall.example", "hall.example"),
        ("http://127.0.0.1:80", "localhost"),
        ("", "localhost"),
    ]:
        assert sender_of(Settings(public_url=address)).addr_spec == f"gamehall@{host}"
    assert str(sender_of(Settings(mail_from="The Hall <hall@example.org>"))) == "The Hall <hall@example.org>"
    assert str(sender_of(Settings(mail_from="hall@example.org"))) == "hall@example.org"
    for wrong in ("hall", "The Hall", "@example.org", "a@b@c", "<>", "hall@"):
        with pytest.raises(SettingsError, match="GAMEHALL_MAIL_FROM is"):
            transport_of(Settings(mail_from=wrong))


# -- A mail server


class Inbox:
    """What a mail server has taken; `refusing` makes it turn everything down."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.refusing = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refusing:
            return "451 come again later"
        content = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        assert isinstance(content, EmailMessage)
        self.taken.append((str(envelope.mail_from), list(envelope.rcpt_tos), content))
        return "250 OK"


def check_login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"hall", b"p:/ss"), handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.LeafCert:
    """A certificate for localhost of an authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority.issue_cert("localhost")


class Server:
    """A mail server on this machine that speaks as the scheme of `way` says; with `smtp` people must sign in."""

    def __init__(self, scheme: str, inbox: Inbox, certificates: trustme.LeafCert) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificates.configure_cert(context)
        options: dict[str, dict[str, Any]] = {
            "smtp": {"tls_context": context, "auth_required": True, "authenticator": check_login},
            "smtps": {"ssl_context": context},
            "smtp+plain": {},
        }
        self.way = Smtp(scheme, "localhost", free_port(), *(("hall", "p:/ss") if scheme == "smtp" else ()))
        self.controller = Controller(
            inbox, "localhost", self.way.port, server_hostname="mail.example", **options[scheme]
        )

    def __enter__(self) -> Smtp:
        self.controller.start()
        return self.way

    def __exit__(self, *_: object) -> None:
        self.controller.stop()


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+plain"])
def test_a_mail_server_takes_a_mail(scheme: str, inbox: Inbox, certificates: trustme.LeafCert) -> None:
    message = compose(LETTER, Settings(mail_from="Hall <hall@example.org>"), b"")
    with Server(scheme, inbox, certificates) as way:
        way.send(LETTER.id, message)
    ((sender, to, read),) = inbox.taken
    assert (sender, to) == ("hall@example.org", ["bob@example.org"])
    assert (read["To"].addresses[0].display_name, read["Subject"]) == ("Bob Ö", "Your turn")
    assert read.get_content().splitlines()[0] == "Hello Bob Ö,"
    assert read["List-Unsubscribe"].startswith("<http://")


def test_a_password_goes_only_where_it_is_secret_and_right(inbox: Inbox, certificates: trustme.LeafCert) -> None:
    message = compose(LETTER, Settings(), b"")
    with Server("smtp+plain", inbox, certificates) as open_way:
        way = dataclasses.replace(open_way, scheme="smtp", user="hall", password="p:/ss")
        with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
            way.send(LETTER.id, message)
    with Server("smtp", inbox, certificates) as way, pytest.raises(smtplib.SMTPAuthenticationError):
        dataclasses.replace(way, password="wrong").send(LETTER.id, message)
    assert inbox.taken == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_nobody_vouches_for_gets_nothing(
    scheme: str, inbox: Inbox, certificates: trustme.LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with Server(scheme, inbox, certificates) as way, pytest.raises(ssl.SSLCertVerificationError):
        way.send(LETTER.id, compose(LETTER, Settings(), b""))
    assert inbox.taken == []


async def test_an_outage_costs_no_mail(hall: Hall, inbox: Inbox, certificates: trustme.LeafCert) -> None:
    await hall.user("ada")
    await write_mail(hall)
    server = Server("smtp", inbox, certificates)
    await send_due(hall.host, server.way)
    ((row),) = await rows(hall)
    assert "ConnectionRefusedError" in row.error
    inbox.refusing = True
    await hall.host.write(lambda c: c.execute(mail.update().values(due_at=0)))
    with server:
        await send_due(hall.host, server.way)
        ((row),) = await rows(hall)
        assert "come again later" in row.error
        assert "p:/ss" not in row.error
        inbox.refusing = False
        await hall.host.write(lambda c: c.execute(mail.update().values(due_at=0)))
        await send_due(hall.host, server.way)
    assert await rows(hall) == []
    assert [to for _, to, _ in inbox.taken] == [["ada@example.org"]]


def test_a_folder_that_cannot_be_written_says_so_and_keeps_no_half_of_a_mail(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    message = compose(LETTER, Settings(), b"")
    with pytest.raises(OSError, match="outbox"):
        FileOutbox(tmp_path / "outbox").send(LETTER.id, message)
    (tmp_path / "new" / f"{LETTER.id}.eml").mkdir(parents=True)
    with pytest.raises(OSError):  # noqa: PT011 - what the system says
        FileOutbox(tmp_path / "new").send(LETTER.id, message)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"{LETTER.id}.eml"]


# -- What the operator sees


def test_the_operator_is_told_what_was_given_up(bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gamehall(*arguments: str, sent_by: str = "smtp://hall:p%3Ass@mail.example") -> Ended:
        monkeypatch.setenv("GAMEHALL_MAIL", sent_by)
        return bare(*arguments)

    gamehall("db", "upgrade")
    assert "ok   mail" in gamehall("doctor").out
    shown = gamehall("config", "show").out
    assert "smtp://hall:***@mail.example" in shown
    assert "p%3Ass" not in shown
    with migrate.migration_connection(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'gamehall.db'}") as connection:
        who = add_user(connection, Registration(username="ada", email="ada@example.org", password=""), "")
        for _ in range(2):
            post(connection, who.id, "Your turn", "", 0)
        connection.execute(mail.update().values(status="failed", error="the server is away"))
    found = gamehall("doctor")
    assert found.code == 5
    assert "2 mails were given up in the last 7 days (the server is away)" in found.out
    found = gamehall("doctor", sent_by="mail.example")
    assert "BAD  mail: GAMEHALL_MAIL must be" in found.out
    assert gamehall("serve", sent_by="mail.example").err.startswith("gamehall: GAMEHALL_MAIL must be")
    assert "p%3A" not in gamehall("config", "show", sent_by="smtp://hall:p%3Ass@mail.example:port").out
    assert gamehall("doctor", sent_by="off").code == 0
