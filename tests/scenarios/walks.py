"""Every way of signing in, what can be refused, what can go wrong around it, and the edges.

A scenario is a generator: what is before its bare `yield` prepares the stage, what comes after does with mouse and keys
what `do` tells a person to do, and fails where what is to be seen does not come. A text that it yields before is what
is to be seen meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scenarios.stage import NEW_PASSWORD, PASSWORD, Stage

Walk = Callable[[Stage], Iterator[str | None]]
WRONG = "wrong horse battery"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a person does, and what they should see then."""

    title: str
    do: str
    see: str
    walk: Walk

    @property
    def name(self) -> str:
        return self.walk.__name__


SCENARIOS: list[Scenario] = []


def scenario(title: str, do: str, see: str) -> Callable[[Walk], Walk]:
    def add(walk: Walk) -> Walk:
        SCENARIOS.append(Scenario(title, do, see, walk))
        return walk

    return add


# -- Signing in


@scenario(
    "A new account",
    f"Choose to create an account and register as ada, ada@example.org, with the password {PASSWORD!r}.",
    "The dialog closes; the bar says ada, and the lobby is there.",
)
def a_new_account(stage: Stage) -> Iterator[str | None]:
    stage.open()
    yield None
    stage.register("ada")
    stage.desktop.find("account_menu")


@scenario(
    "Signing in, and where the token is",
    f"Sign in as ada with {PASSWORD!r}. Look at what the dialog says of where the token is kept.",
    "The dialog says before anything is written whether the token goes into the keyring or into a file, and which.",
)
def signing_in(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.open()
    yield None
    stage.sign_in("ada")
    stage.desktop.find("account_menu")
    stage.desktop.wait_until(stage.config.exists)
    if stage.tokens.exists():
        assert stage.tokens.stat().st_mode & 0o077 == 0


@scenario(
    "The session is restored",
    "Look at the window, which was closed and opened again.",
    "Nobody asks for the password: ada is signed in.",
)
def restored(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    stage.open(wait_for="account_menu")
    yield None
    assert "sign_in" not in stage.desktop.places()


@scenario(
    "Signing out",
    "Open the menu under ada's name and sign out.",
    "The dialog for signing in is there, with ada's name in it; after the next start it is there as well.",
)
def signing_out(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    yield None
    stage.choose("sign_out")
    stage.desktop.find("sign_in")
    stage.open()


@scenario(
    "Two accounts",
    f"In the menu under the name choose another account, sign in as bob with {PASSWORD!r}, then go back to ada there.",
    "Each time the bar says who is signed in; going back to ada asks for no password.",
)
def two_accounts(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.account("bob")
    stage.signed_in("ada")
    yield None
    stage.choose("add_account")
    stage.sign_in("bob")
    stage.desktop.wait_until(lambda: "sign_in" not in stage.desktop.places())
    stage.choose("profile:ada")
    stage.desktop.wait_until(lambda: "account_menu" in stage.desktop.places())


@scenario(
    "Devices",
    "In the menu under the name open the devices, and sign out the other one.",
    "One device is left, the one in use. The other is signed out at once.",
)
def devices(stage: Stage) -> Iterator[str | None]:
    elsewhere = stage.account("ada")
    stage.signed_in("ada")
    yield None
    stage.choose("devices")
    other = next(one for one in elsewhere.get("/auth/tokens").json()["items"] if one["current"])
    stage.desktop.click(f"revoke:{other['token_id']}")
    stage.desktop.wait_until(lambda: elsewhere.get("/users/me").status_code == 401)


# -- What is refused


@scenario(
    "A wrong password",
    f"Sign in as ada with {WRONG!r}.",
    "The dialog stays, with a sentence that name or password is wrong. What was written is still there.",
)
def wrong_password(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.open()
    yield None
    stage.sign_in("ada", WRONG)
    stage.desktop.find("fault")
    stage.desktop.find("sign_in")


@scenario(
    "A name that is taken",
    f"Choose to create an account and register as ada, other@example.org, {PASSWORD!r}.",
    "Beside the field of the name stands that it is taken.",
)
def name_taken(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.open()
    yield None
    stage.register("ada", email="other@example.org")
    stage.desktop.find("username:fault")


@scenario(
    "Fields that cannot be right",
    "Choose to create an account; write the name 'a b!', the e-mail 'nobody', and the password 'short'. Then register.",
    "Each field says what is wrong while it is written, and nothing is sent.",
)
def wrong_fields(stage: Stage) -> Iterator[str | None]:
    stage.open()
    yield None
    stage.register("a b!", "short", "nobody")
    stage.stays("register")


@scenario(
    "A password that everybody has",
    "Choose to create an account and register as ada, ada@example.org, 'password1234'.",
    "Beside the field of the password stands the hall's own reason.",
)
def weak_password(stage: Stage) -> Iterator[str | None]:
    stage.open()
    yield None
    stage.register("ada", "password1234")
    stage.stays("register")


# -- What can go wrong


@scenario(
    "The hall goes away and comes back",
    "Look at the window: the hall has been stopped.",
    "The hall is there again, so the banner goes, by itself or by its button. Nobody was signed out.",
)
def hall_gone(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    stage.stop_hall()
    stage.desktop.find("ask_now")
    yield "A banner says that the hall does not answer and when it is asked again."
    stage.start_hall()
    yield None
    if "ask_now" in stage.desktop.places():
        stage.desktop.click("ask_now")
    stage.desktop.wait_until(lambda: "ask_now" not in stage.desktop.places(), 90)


@scenario(
    "The hall is away at the start",
    "Look at the window: the hall was stopped before it opened.",
    "The hall is there again, and ada is signed in without being asked for anything.",
)
def hall_away_at_start(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    stage.close()
    stage.stop_hall()
    stage.open(wait_for="ask_now")
    yield "It opens all the same, says that nothing answers and what to check, and when it asks again."
    stage.start_hall()
    yield None
    if "ask_now" in stage.desktop.places():
        stage.desktop.click("ask_now")
    stage.desktop.wait_until(lambda: "ask_now" not in stage.desktop.places(), 90)


@scenario(
    "The token has run out",
    "Look at the window, which was opened again after the token had run out.",
    "The dialog for signing in is there with ada's name, and says that the sign-in has ended.",
)
def token_expired(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    stage.close()
    stage.expire_tokens()
    stage.open()
    yield None
    assert "account_menu" not in stage.desktop.places()


@scenario(
    "Another device signs this one out",
    "Look at the window after another device has ended every other sign-in.",
    "The dialog for signing in is there, and says that this device was signed out.",
)
def signed_out_elsewhere(stage: Stage) -> Iterator[str | None]:
    elsewhere = stage.account("ada")
    stage.signed_in("ada")
    for one in elsewhere.get("/auth/tokens").json()["items"]:
        if not one["current"]:
            elsewhere.delete(f"/auth/tokens/{one['token_id']}")
    yield None
    stage.desktop.find("sign_in")


@scenario(
    "The password is changed elsewhere",
    f"Sign in as ada, first with {PASSWORD!r}, then with {NEW_PASSWORD!r}.",
    "The first is refused, the second is taken.",
)
def password_changed(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    done = stage.server.command("--yes", "users", "passwd", "ada", "--password-stdin", input=f"{NEW_PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    stage.open()
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")
    stage.sign_in("ada", NEW_PASSWORD)
    stage.desktop.find("account_menu")


@scenario(
    "A certificate that nobody trusts",
    f"Sign in as ada with {PASSWORD!r}.",
    "A sentence says that nobody whom this computer trusts has signed the certificate, and what can be done.",
)
def unknown_certificate(stage: Stage) -> Iterator[str | None]:
    stage.open(stage.behind_tls())
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")


@scenario(
    "An address with https of a hall without TLS",
    f"Sign in as ada with {PASSWORD!r}.",
    "A sentence says that what answers there does not speak TLS, and the address with http.",
)
def no_tls(stage: Stage) -> Iterator[str | None]:
    stage.open(stage.server.url.replace("http:", "https:"))
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")


@scenario(
    "Addresses that are none",
    "Write into the field of the hall: 'nonsense:', then 'http://no.such.hall.invalid'; sign in each time.",
    "The first is said to be no address, with one that would do; the second's name is not found.",
)
def wrong_addresses(stage: Stage) -> Iterator[str | None]:
    stage.open()
    yield None
    for number, address in enumerate(("nonsense:", "http://no.such.hall.invalid")):
        stage.desktop.write("base_url", address)
        stage.sign_in("ada")
        stage.stays("sign_in")
        stage.picture(f"wrong_addresses-{number}")


@scenario(
    "Something else than a hall",
    f"Sign in as ada with {PASSWORD!r}.",
    "A sentence says that what answers is no hall; neither name nor password was sent there.",
)
def no_hall(stage: Stage) -> Iterator[str | None]:
    stage.open(stage.other_website())
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")


@scenario(
    "A hall that is too old",
    f"Sign in as ada with {PASSWORD!r}.",
    "A sentence says which version the hall has and which one is needed.",
)
def old_hall(stage: Stage) -> Iterator[str | None]:
    stage.open(stage.old_hall())
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")


@scenario(
    "A clock that is wrong",
    f"Sign in as ada with {PASSWORD!r}.",
    "The sign-in goes through, and a message says by how much this computer's clock is ahead.",
)
def wrong_clock(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.open(stage.seen_from(timedelta(hours=30).total_seconds()))
    yield None
    stage.sign_in("ada")
    stage.desktop.find("account_menu")


@scenario(
    "A certificate from next year",
    f"Sign in as ada with {PASSWORD!r}.",
    "A sentence says that the certificate is not valid yet, and that this computer's clock is wrong.",
)
def certificate_of_tomorrow(stage: Stage) -> Iterator[str | None]:
    tomorrow = datetime.now(UTC) + timedelta(days=300)
    stage.open(stage.behind_tls(not_before=tomorrow, not_after=tomorrow + timedelta(days=90)))
    yield None
    stage.sign_in("ada")
    stage.desktop.find("fault")


# -- The edges


@scenario(
    "Settings that cannot be read",
    "Look at the window.",
    "It opens, and says that the settings could not be read and under which name they are kept.",
)
def corrupted_settings(stage: Stage) -> Iterator[str | None]:
    stage.config.parent.mkdir(parents=True)
    stage.config.write_text('{"base_url": "http://hall.example", "profiles": {')
    stage.open()
    yield None
    kept = [path for path in stage.config.parent.iterdir() if "hall.example" in path.read_text()]
    assert kept
    assert stage.config not in kept


@scenario(
    "Tokens that others could read",
    "Look at the window: the file of the tokens was made readable for everybody.",
    "Nobody is signed in, and a sentence names the file and the command that mends it (chmod 600).",
)
def open_tokens(stage: Stage) -> Iterator[str | None]:
    stage.account("ada")
    stage.signed_in("ada")
    stage.close()
    if stage.tokens.exists():  # they are in the keyring where that works
        stage.tokens.chmod(0o644)
        stage.open()
    yield None


@scenario(
    "What needs an account",
    "Close the dialog for signing in and look around.",
    "The window can be used; whatever needs an account says so and asks for it.",
)
def without_account(stage: Stage) -> Iterator[str | None]:
    stage.open()
    yield None
    stage.desktop.press("Escape")
    stage.desktop.find("open_sign_in")
    stage.desktop.click("open_sign_in")
    stage.desktop.find("sign_in")


@scenario(
    "Twice the same",
    f"Write ada and {PASSWORD!r} and press Enter many times, quickly.",
    "Ada is signed in once: her devices are this one and the one she registered with.",
)
def twice(stage: Stage) -> Iterator[str | None]:
    elsewhere = stage.account("ada")
    stage.open()
    yield None
    for field, text in (("username", "ada"), ("password", PASSWORD)):
        stage.desktop.write(field, text)
    stage.desktop.press(*["Return"] * 6)
    stage.desktop.find("account_menu")
    stage.desktop.wait_until(lambda: "sign_in" not in stage.desktop.places())
    assert len(elsewhere.get("/auth/tokens").json()["items"]) == 2


@scenario(
    "Signs of other scripts",
    f"Sign in as ada with {PASSWORD!r}: she calls herself 小林 Łucja.",
    "The name in the bar is drawn with all its signs.",
)
def other_scripts(stage: Stage) -> Iterator[str | None]:
    stage.account("ada").patch("/users/me", json={"display_name": "小林 Łucja"}).raise_for_status()
    stage.open()
    yield None
    stage.sign_in("ada")
    stage.desktop.find("account_menu")


@scenario(
    "No screen",
    "Read what is printed below.",
    "A sentence says that there is no screen, what to do, and where one can play in a browser.",
)
def no_screen(stage: Stage) -> Iterator[str | None]:
    said = stage.without_screen()
    (stage.folder / "no_screen.txt").write_text(said)
    if stage.by_hand:
        print(said)
    yield None
    assert "DISPLAY" in said
    assert "http" in said
