"""Colours that plans may use. Nothing else is accepted, because they end up in SVG attributes."""

import re

MAX_LENGTH = 32
"""The length of the column `Category.color`."""

_WORDS = """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange
darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise
darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen
fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred
indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen
lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta
maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple
red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato transparent
turquoise violet wheat white whitesmoke yellow yellowgreen
"""
_NAMES = frozenset(_WORDS.split())
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})")
_VALUE = r" {0,2}[0-9]{1,3}(?:\.[0-9]{1,3})?%? {0,2}"
_ALPHA = r" {0,2}(?:[01]|[01]?\.[0-9]{1,6}|[0-9]{1,3}%) {0,2}"
_FUNCTION = re.compile(rf"rgba?\({_VALUE},{_VALUE},{_VALUE}(?:,{_ALPHA})?\)")


def is_color(text: str) -> bool:
    """Return whether a text is #rgb, #rrggbb, #rrggbbaa, rgb(), rgba() or a CSS colour name."""
    if len(text) > MAX_LENGTH:
        return False
    color = text.lower()
    return bool(color in _NAMES or _HEX.fullmatch(color) or _FUNCTION.fullmatch(color))
