import pytest

from reservations.plans.colors import MAX_LENGTH, is_color


@pytest.mark.parametrize(
    "color",
    [
        "#fff",
        "#7C3AED",
        "#7c3aed80",
        "red",
        "RebeccaPurple",
        "transparent",
        "rgb(1,2,3)",
        "rgb(100%, 0%, 12.5%)",
        "rgba(255, 255, 255, 0.55)",
        "rgba(0,0,0,1)",
        "rgba(0, 0, 0, .5)",
        "rgba(0, 0, 0, 50%)",
    ],
)
def test_valid_colours_are_accepted(color: str) -> None:
    assert is_color(color)


@pytest.mark.parametrize(
    "color",
    [
        "",
        " ",
        "#",
        "#ff",
        "#ffff",
        "#12345g",
        "#fffffffff",
        "reddish",
        "none",
        "currentColor",
        "inherit",
        "var(--x)",
        "url(#a)",
        "url(https://example.com/x)",
        "rgb(1,2)",
        "rgb(1,2,3",
        "rgb(1,2,3);",
        "rgb(1,2,3) url(x)",
        "rgb(٣,2,3)",
        "hsl(1,2%,3%)",
        "red\n",
        " red",
        "red;fill:blue",
        '"><script>',
        "#fff" + " " * 40,
        "rgb(" + " " * MAX_LENGTH + "1,2,3)",
    ],
)
def test_everything_else_is_rejected(color: str) -> None:
    assert not is_color(color)
