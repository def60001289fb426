"""What browsers keep, and what they are told when they ask for it again."""

from gamehall.asking import HttpRequest

__all__ = ["FOREVER", "has_already", "of_an_account"]

FOREVER = "public, max-age=31536000, immutable"
_OF_AN_ACCOUNT = ("/settings", "/admin", "/confirm", "/login")


def of_an_account(path: str) -> bool:
    """Whether the page there shows what concerns an account alone: that is kept nowhere, not even for going back."""
    return path.startswith(_OF_AN_ACCOUNT)


def has_already(request: HttpRequest, etag: str) -> bool:
    """Whether the browser says that it has what this ETag (with its quotes) stands for: then a 304 is enough."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})
