"""What is tried in place of what belongs somewhere."""

# `testserver` and `localhost` are our own hosts here.
FOREIGN_ORIGINS = [
    "https://evil.example",
    "null",
    "http://testserver.evil.example",
    "http://localhost.evil.example",
    "http://evil.example:80",
    "http://localhost@evil.example",
    "http://evil-localhost",
    "https://localhost",
    "http://localhost:8080",
    "http://xn--lcalhost-6ef",
    "file://",
    "javascript:alert(1)",
    "http://",
    "//",
    "http://[evil",
    "http://localhost:99999",
    "http://localhost:port",
    "",
    "é",
]
