"""What browsers keep, and what they are told when they ask for it again."""

from gamehall.asking import HttpRequest

__all__ = ["FOREVER", "has_already"]

FOREVER = "public, max-age=31536000, immutable"


def has_already(request: HttpRequest, etag: str) -> bool:
    """Whether the browser says that it has what this ETag (with its quotes) stands for: then a 304 is enough."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})
