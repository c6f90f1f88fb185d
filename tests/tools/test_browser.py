from collections.abc import Callable

import pytest

from deploy.console import Problem
from tools.browser import CHROMIUM, find_browser


def nothing() -> None:
    return None


def never() -> str:
    pytest.fail("asked although there was a browser already")


def on_path(*programs: str) -> Callable[[str], str | None]:
    return {name: f"/usr/bin/{name}" for name in programs}.get


def test_a_named_browser_takes_precedence() -> None:
    which = on_path("my-chrome", "chromium")
    assert (
        find_browser(CHROMIUM, named="my-chrome", which=which, others=[never])
        == "/usr/bin/my-chrome"
    )


def test_a_missing_named_browser_is_an_error() -> None:
    with pytest.raises(Problem, match="CHROME is 'my-chrome'"):
        find_browser(CHROMIUM, named="my-chrome", which=on_path("chromium"), others=[never])


def test_chromium_comes_before_chrome() -> None:
    which = on_path("google-chrome", "chromium")
    assert find_browser(CHROMIUM, named=None, which=which, others=[never]) == "/usr/bin/chromium"
    which = on_path("google-chrome")
    assert find_browser(CHROMIUM, named="", which=which, others=[never]) == "/usr/bin/google-chrome"


def test_other_finders_are_tried_in_order() -> None:
    others = [nothing, lambda: "/installed/chromium", never]
    assert (
        find_browser(CHROMIUM, named=None, which=on_path(), others=others) == "/installed/chromium"
    )


def test_the_error_without_a_browser_says_what_to_install() -> None:
    with pytest.raises(Problem, match="install chromium"):
        find_browser(CHROMIUM, named=None, which=on_path(), others=[nothing])
