"""The lines of a proxy's configuration that mend what is found, for nginx and for Caddy."""

from __future__ import annotations

__all__ = [
    "ADD_ADDRESS",
    "HALL",
    "HTTP_1_1",
    "HTTP_2",
    "KEEP_HEADERS",
    "KEEP_HOST",
    "LONG_STREAMS",
    "OPEN_STREAMS",
    "PASS_ON",
    "TO_HTTPS",
]


HALL = "127.0.0.1:8000"
"""Where these lines say that the hall is."""


def _both(nginx: str, caddy: str) -> str:
    return f"nginx: {nginx}\nCaddy: {caddy}"


_BY_ITSELF = "does this by itself"

PASS_ON = _both(f"proxy_pass http://{HALL};", f"reverse_proxy {HALL}")
ADD_ADDRESS = _both(
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    f"{_BY_ITSELF}; take `header_up -X-Forwarded-For` out",
)
KEEP_HOST = _both("proxy_set_header Host $http_host;", f"{_BY_ITSELF}; take `header_up Host …` out")
HTTP_1_1 = _both('proxy_http_version 1.1; proxy_set_header Connection "";', _BY_ITSELF)
HTTP_2 = _both("listen 443 ssl http2;", _BY_ITSELF)
KEEP_HEADERS = _both(
    "take proxy_hide_header and add_header for them out", "take `header -Name` and `header Name …` for them out"
)
OPEN_STREAMS = _both(
    f"location ~ ^/(api/v1/events|live/) {{ proxy_pass http://{HALL}; proxy_buffering off; gzip off; }}",
    f"reverse_proxy {HALL} {{ flush_interval -1 }}",
)
LONG_STREAMS = _both("proxy_read_timeout 1h;", "take `read_timeout` out of `transport http`")
TO_HTTPS = _both("server { listen 80; return 301 https://$host$request_uri; }", _BY_ITSELF)
