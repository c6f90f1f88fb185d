"""Parsing of valid seating plans."""

import json
from typing import Any

import pytest

from reservations.domain.features import NO_FEATURES, SeatFeature, SoldBy
from reservations.plans import pretix_format
from reservations.plans.document import read as read_document
from reservations.plans.errors import PlanError
from reservations.plans.plan import (
    MAX_SEATS,
    TEXT_COLOR,
    Circle,
    Ellipse,
    Plan,
    PlanCategory,
    Polygon,
    Rectangle,
    Shape,
    ShapeText,
    drawing,
)
from reservations.plans.pretix import parse, read
from tests.reservations.plans.documents import area, document, row, seat, written, zone

pytestmark = pytest.mark.any_database


def test_positions_are_relative_to_row_and_zone_and_become_absolute() -> None:
    plan = parse(
        document(
            zone(
                row(seat("a", x=1, y=2), seat("b", "2", x=30.5), x=100, y=200),
                row(seat("c", x=4, y=8), name="B", position=None),
                x=40,
                y=50,
            ),
            zone(row(seat("d", x=-5, y=-5), name="C"), name="Circle", x=300, y=300),
        )
    )
    assert [(at.guid, at.x, at.y) for at in plan.seats] == [
        ("a", 141, 252),
        ("b", 170.5, 250),
        ("c", 44, 58),
        ("d", 295, 295),
    ]


def test_a_seat_has_its_section_row_number_and_category() -> None:
    plan = parse(document(zone(row(seat("g", "7", x=99, y=99, category="Circle"), name="K"))))
    (found,) = plan.seats
    assert (found.guid, found.section, found.row, found.number) == ("g", "Stalls", "K", "7")
    assert (found.seat_number, found.category) == ("K7", "Circle")


def test_a_seat_with_an_empty_category_has_none() -> None:
    assert parse(document(zone(row(seat(category=""))))).seats[0].category is None


def test_a_seat_has_its_features_note_and_accessible_seat() -> None:
    chair = seat("s1", features=["accessible", "aisle"], note="Ramp at door 2")
    beside = seat("s2", "2", features=["companion", "restricted_view"], companion_of="s1")
    first, second, plain = parse(document(zone(row(chair, beside, seat("s3", "3"))))).seats
    assert first.features == SeatFeature.ACCESSIBLE | SeatFeature.AISLE
    assert (first.note, first.companion_of) == ("Ramp at door 2", None)
    assert (second.features, second.companion_of) == (SeatFeature.RESTRICTED_VIEW, "s1")
    assert (plain.features, plain.note, plain.companion_of) == (NO_FEATURES, "", None)


def _table(**table: Any) -> Any:
    chairs = [seat("s1", "1", x=-30), seat("s2", "2", x=30)]
    given = {"shape": "round", "width": 40, **table}
    return row(*chairs, name="4", x=200, y=100, uuid="t4", table=given)


def test_a_table_is_a_group_with_its_top_below_the_chairs() -> None:
    plan = parse(document(zone(_table())))
    assert [each.seat_number for each in plan.seats] == ["Table 4, Seat 1", "Table 4, Seat 2"]
    assert {(each.row, each.group, each.sold_by) for each in plan.seats} == {
        ("Table 4", "t4", SoldBy.SEAT)
    }
    [top] = plan.shapes
    assert (top.x, top.y, top.body) == (200, 100, Circle(20))
    assert top.text is not None
    assert top.text.text == "Table 4"


def test_a_long_table_is_turned_about_its_middle() -> None:
    turned = _table(shape="long", width=60, height=20, rotation=90)
    [top] = parse(document(zone(turned))).shapes
    assert (top.x, top.y, top.rotation, top.body) == (210, 70, 90, Rectangle(60, 20))


def test_a_table_may_be_sold_as_a_whole_and_named_in_the_plan() -> None:
    named = {**_table(sold="whole"), "row_label": "Tisch %s", "seat_label": "Stuhl %s"}
    plan = parse(document(zone(named, {**_table(), "seats": [seat("s3", "3")]})))
    assert [each.sold_by for each in plan.seats] == [SoldBy.TABLE, SoldBy.TABLE, SoldBy.SEAT]
    assert plan.seats[0].seat_number == "Tisch 4, Stuhl 1"
    # A name that is there twice is not that of a group.
    assert plan.seats[2].group == "zones[0].rows[1]"


def _standing(**more: Any) -> Any:
    corners = [{"x": 0, "y": 0}, {"x": 40, "y": 0}, {"x": 40, "y": 20}, {"x": 0, "y": 20}]
    standing = {"capacity": 3, "category": "Stalls", "guid": "east", **more}
    return {
        **area("polygon", polygon={"points": corners}, text={"text": "East"}, standing=standing),
        "position": {"x": 100, "y": 50},
    }


def test_a_standing_area_has_as_many_places_as_it_holds() -> None:
    plan = parse(document(zone(row(seat(x=100, y=100)), areas=[_standing()])))
    first, *places = plan.seats
    assert first.sold_by == SoldBy.SEAT
    assert [(place.guid, place.seat_number) for place in places] == [
        ("east-1", "East 1"),
        ("east-2", "East 2"),
        ("east-3", "East 3"),
    ]
    assert {
        (place.section, place.row, place.group, place.sold_by, place.category, place.x, place.y)
        for place in places
    } == {("East", "", "east", SoldBy.NUMBER, "Stalls", 120, 60)}
    assert [shape["group"] for shape in drawing(plan)["shapes"] if "group" in shape] == ["east"]
    # They lie on one point, but not in each other's way.
    assert not plan.notes


def test_a_plan_may_have_only_a_standing_area() -> None:
    assert len(parse(document(zone(areas=[_standing()]))).seats) == 3


def test_a_document_counts_seats_and_the_places_of_standing_areas() -> None:
    data = json.dumps(document(zone(row(seat(), seat()), areas=[_standing()]))).encode()
    assert read_document(data).seats == 5


def test_categories_keep_their_order_and_colours() -> None:
    plan = parse(document(categories=[{"name": "Stalls"}, {"name": "B", "color": "#ABC"}]))
    assert plan.categories == (PlanCategory("Stalls"), PlanCategory("B", "#abc"))


def test_unknown_keys_are_tolerated_everywhere() -> None:
    extra: dict[str, Any] = {"uuid": "x", "x_new": {"deep": [1, None, "\x00"]}}
    spot = {"x": 50, "y": 50, **extra}
    plan = parse(
        document(
            zone(
                row(seat(position=spot, **extra), **extra, position=spot),
                areas=[area(**extra, text={"text": "x", "position": spot, **extra})],
                zone_id="z",
                **extra,
            ),
            categories=[{"name": "Stalls", **extra}],
            size={"width": 100, "height": 100, **extra},
            **extra,
        )
    )
    assert len(plan.seats) == 1


def test_seats_keep_the_order_of_the_plan() -> None:
    guids = [f"g{number * 7 % 50}" for number in range(50)]
    plan = parse(document(zone(row(*(seat(guid, str(at)) for at, guid in enumerate(guids))))))
    assert [found.guid for found in plan.seats] == guids


class TestSeatNumbers:
    def numbers(self, *zones: dict[str, Any]) -> list[str]:
        return [found.seat_number for found in parse(document(*zones)).seats]

    def test_are_row_and_number(self) -> None:
        assert self.numbers(zone(row(seat("a", "1"), seat("b", "2")))) == ["A1", "A2"]

    def test_name_the_sections_that_share_some_of_them(self) -> None:
        assert self.numbers(
            zone(row(seat("a", "1"), seat("b", "2"))),
            zone(row(seat("c", "2"), seat("d", "3")), name="Circle"),
            zone(row(seat("e", "1"), name="L1"), name="Boxes"),
        ) == ["Stalls A1", "Stalls A2", "Circle A2", "Circle A3", "L1-1"]

    def test_have_a_hyphen_where_two_digits_meet(self) -> None:
        assert self.numbers(
            zone(row(seat("a", "11"), name="1"), row(seat("b", "1"), name="11"))
        ) == ["1-11", "11-1"]

    def test_need_no_section_where_only_an_unnamed_one_shares_them(self) -> None:
        assert self.numbers(zone(row(seat("a"))), zone(row(seat("b")), name="")) == [
            "Stalls A1",
            "A1",
        ]

    def test_of_one_section_that_repeat_are_numbered_and_the_guid_is_kept(self) -> None:
        plan = parse(
            document(
                zone(row(seat("a"), seat("b", "1 (2)"), name="A"), row(seat("c"), name="A")),
                zone(row(seat("d"), name="A")),
            )
        )
        assert [(found.guid, found.seat_number) for found in plan.seats] == [
            *(("a", "A1"), ("b", "A1 (2)"), ("c", "A1 (3)"), ("d", "A1 (4)"))
        ]
        assert plan.notes[:1] == (
            "2 seats have the name of another seat, and a number behind it: A1 (3), A1 (4)",
        )

    def test_that_repeat_are_in_rows_of_their_own(self) -> None:
        """Or seats of two tables could be sold as seats beside each other."""
        halves = row(seat("a", "1")), row(seat("b", "2"), x=500)
        copies = row(seat("c", "1"), seat("d", "3"), y=300), row(seat("e", "1"), y=600)
        plan = parse(document(zone(*halves, *copies, row(seat("f"), name="A (2)", y=900))))
        assert [(found.row, found.seat_number) for found in plan.seats] == [
            *(("A", "A1"), ("A", "A2"), ("A (3)", "A1 (2)"), ("A (3)", "A3")),
            *(("A (4)", "A1 (3)"), ("A (2)", "A (2)1")),
        ]

    def test_of_row_and_number_that_read_alike_are_numbered(self) -> None:
        assert self.numbers(
            zone(row(seat("a", "BB"), name="B"), row(seat("b", "B"), name="BB"))
        ) == ["BBB", "BBB (2)"]

    def test_that_repeat_stay_as_short_as_the_database_has_room_for(self) -> None:
        long = zone(row(seat("a"), seat("b"), name="r"), name="z" * 97)
        assert self.numbers(long, zone(row(seat("c"), name="r"))) == [
            *(f"{'z' * 97} r1", f"{'z' * 96} (2)", "Stalls r1")
        ]

    @pytest.mark.parametrize(
        ("labels", "named", "in_row"),
        [
            ({"row_label": "Table %s", "seat_label": "Chair %s"}, "Table 4, Chair 2", "Table 4"),
            ({"row_label": "Table %s"}, "Table 4, 2", "Table 4"),
            ({"seat_label": "Chair %s"}, "4, Chair 2", "4"),
            ({"row_label": "The %s%%", "seat_label": "{0} %d"}, "The 4%%, {0} %d", "The 4%%"),
            ({"row_label": None, "seat_label": None}, "4-2", "4"),
            ({"row_label": " ", "seat_label": ""}, "4-2", "4"),
        ],
    )
    def test_are_the_plans_own_words_where_it_has_any(
        self, labels: dict[str, Any], named: str, in_row: str
    ) -> None:
        plan = parse(
            document(zone(row(seat("a", "2"), name="4", row_number_position="start", **labels)))
        )
        (found,) = plan.seats
        assert (found.seat_number, found.row, found.number) == (named, in_row, "2")
        # The drawing has room for the number alone.
        assert [sign.text.text for sign in plan.shapes if sign.text] == ["4"]


class TestRepairing:
    def copied(self) -> dict[str, Any]:
        """Return a plan of a table that was copied, twice."""
        table = row(seat("t-1", "1"), seat("t-2", "2"), name="T")
        return document(zone(table, table, row(seat("t-1 (2)", "9"), seat("t-1", "8"))))

    def test_gives_repeated_guids_new_ones_with_notes(self) -> None:
        plan = parse(self.copied(), repair=True)
        assert [found.guid for found in plan.seats] == [
            *("t-1", "t-2", "t-1 (3)", "t-2 (2)", "t-1 (2)", "t-1 (4)")
        ]
        first = "zones[0].rows[0].seats"
        assert plan.notes[:3] == (
            f'zones[0].rows[1].seats[0].seat_guid: "t-1" is that of {first}[0] too; '
            'it is now "t-1 (3)".',
            f'zones[0].rows[1].seats[1].seat_guid: "t-2" is that of {first}[1] too; '
            'it is now "t-2 (2)".',
            f'zones[0].rows[2].seats[1].seat_guid: "t-1" is that of {first}[0] too; '
            'it is now "t-1 (4)".',
        )

    def test_does_not_change_a_valid_plan(self) -> None:
        plan = document(zone(row(seat("a"), seat("b", "2"))))
        assert parse(plan, repair=True) == parse(plan)

    def test_keeps_guids_as_short_as_the_database_has_room_for(self) -> None:
        plan = parse(document(zone(row(seat("g" * 100), seat("g" * 100, "2")))), repair=True)
        assert plan.seats[1].guid == "g" * 96 + " (2)"

    def test_does_not_repair_other_faults(self) -> None:
        with pytest.raises(PlanError, match="must not be empty"):
            parse(document(zone(row(seat("")))), repair=True)


def test_the_start_of_a_row_is_ignored_with_a_note() -> None:
    seats = [seat("a", start_direction=">"), seat("b", "2"), seat("c", "3", start_direction="<>")]
    plan = parse(document(zone(row(*seats, seat("d", "4", start_direction=None)))))
    assert plan.notes[:1] == (
        "start_direction (2 seats): buyers may take the seats of a row in any order.",
    )


class TestShapes:
    def shape(self, **of_area: Any) -> Shape:
        found = zone(row(seat(x=99, y=99)), areas=[area(**of_area)], x=100, y=200)
        (shape,) = parse(document(found)).shapes
        return shape

    def test_are_placed_absolutely(self) -> None:
        shape = self.shape(rotation=-30, color="RED", border_color="rgba(1, 2, 3, 0.5)")
        assert shape == Shape(
            x=110,
            y=220,
            body=Circle(5),
            rotation=330,
            color="red",
            border_color="rgba(1, 2, 3, 0.5)",
        )

    @pytest.mark.parametrize(
        ("of_area", "body"),
        [
            ({"shape": "rectangle", "rectangle": {"width": 3, "height": 4}}, Rectangle(3, 4)),
            ({"shape": "ellipse", "ellipse": {"radius": {"x": 3, "y": 4}}}, Ellipse(3, 4)),
            (
                {"shape": "polygon", "polygon": {"points": [{"x": 0, "y": 1}, {"x": 2, "y": 3}]}},
                Polygon(((0, 1), (2, 3))),
            ),
        ],
    )
    def test_have_the_body_that_the_shape_names(self, of_area: Any, body: Any) -> None:
        assert self.shape(**of_area).body == body

    def test_may_carry_text(self) -> None:
        text = {"text": "THE\n  STAGE", "position": {"x": 3, "y": 4}, "color": "white", "size": 20}
        assert self.shape(text=text).text == ShapeText("THE STAGE", 20, "white", 3, 4)

    def test_of_text_alone_have_no_body(self) -> None:
        shape = self.shape(shape="text", text={"text": "BAR", "position": {"x": 0, "y": 0}})
        assert shape.body is None
        assert shape.text == ShapeText("BAR", 16, TEXT_COLOR)

    def test_invisible_ones_are_left_out(self) -> None:
        empty = [area("text", text={"text": " ", "position": {"x": 0, "y": 0}}), area(None)]
        assert parse(document(zone(row(seat(x=99, y=99)), areas=empty))).shapes == ()

    def test_name_zones_beside_their_seats(self) -> None:
        signs = self.zone_signs(
            zone(row(seat("a", x=200, y=100), seat("b", "2", x=240, y=100)), name="Stalls"),
            zone(row(seat("c", x=400, y=10)), name="At the edge"),
            zone(row(seat("d", x=400, y=300)), row(seat("e", x=400, y=270), name="B"), name=""),
        )
        assert signs == [("Stalls", 220, 66), ("At the edge", 400, 44)]

    def test_name_zones_only_where_no_seat_is_in_the_way(self) -> None:
        crowded = [seat(f"{at}", f"{at}", x=100, y=100 + 20 * at) for at in range(5)]
        middle = zone(row(seat("m", "9", x=130, y=140)), name="Middle")
        assert self.zone_signs(zone(row(*crowded), name="Left"), middle) == [("Left", 100, 66)]

    def test_do_not_name_a_zone_that_is_the_only_one_or_named_by_an_area(self) -> None:
        lonely = zone(row(seat("a", x=200, y=100)), name="Stalls")
        assert self.zone_signs(lonely) == []
        text = area("text", text={"text": "STALLS", "position": {"x": 0, "y": 0}})
        other = zone(row(seat("b", x=400, y=100)), name="Circle", areas=[text])
        assert [name for name, _, _ in self.zone_signs(lonely, other)] == ["STALLS", "Circle"]

    def zone_signs(self, *zones: dict[str, Any]) -> list[tuple[str, float, float]]:
        shapes = parse(document(*zones)).shapes
        return [(shape.text.text, shape.x, shape.y) for shape in shapes if shape.text]

    @pytest.mark.parametrize(
        ("where", "signs"),
        [
            ("start", [(76, 100)]),
            ("end", [(174, 100)]),
            ("both", [(76, 100), (174, 100)]),
            (None, []),
            ("none", []),
        ],
    )
    def test_name_rows_at_their_ends(self, where: str | None, signs: list[Any]) -> None:
        seats = [seat(f"g{at}", str(at), x=100 + 25 * at, y=100) for at in range(3)]
        plan = parse(document(zone(row(*seats, row_number_position=where))))
        assert [(sign.x, sign.y) for sign in plan.shapes] == signs
        assert {sign.text.text for sign in plan.shapes if sign.text} == ({"A"} if signs else set())


class TestFrame:
    def plan(self, *positions: tuple[float, float], **more: Any) -> Plan:
        seats = [seat(f"g{at}", str(at), x=x, y=y) for at, (x, y) in enumerate(positions)]
        return parse(document(zone(row(*seats)), **more))

    def test_is_the_size_of_the_plan(self) -> None:
        plan = self.plan((10, 10), (790, 590))
        assert (plan.width, plan.height) == (800, 600)

    def test_grows_to_hold_seats_that_lie_outside(self) -> None:
        plan = self.plan((-30, 100), (900, 100))
        assert (plan.width, plan.height) == (970, 600)
        assert [(found.x, found.y) for found in plan.seats] == [(20, 100), (950, 100)]

    def test_moves_shapes_along_with_the_seats(self) -> None:
        plan = parse(document(zone(row(seat(x=-30, y=-40)), areas=[area()])))
        assert (plan.shapes[0].x, plan.shapes[0].y) == (60, 80)

    def test_holds_all_there_is_when_the_plan_has_no_size(self) -> None:
        wide = area("rectangle", rectangle={"width": 400, "height": 10}, rotation=90)
        plan = parse(document(zone(row(seat(x=50, y=50)), areas=[wide]), size=None))
        assert (plan.width, plan.height) == (70, 420)

    def test_has_the_radius_of_most_seats(self) -> None:
        seats = [seat(f"g{at}", str(at), radius=radius) for at, radius in enumerate((8, 12, 12))]
        assert parse(document(zone(row(*seats)))).seat_radius == 12
        assert self.plan((1, 1)).seat_radius == 10


def test_a_drawing_is_what_the_api_shows() -> None:
    text = {"text": "STAGE", "position": {"x": 1, "y": 2}, "size": 20, "color": "white"}
    plan = parse(
        document(
            zone(
                row(seat(x=50, y=50)),
                areas=[
                    area("rectangle", rectangle={"width": 3, "height": 4}, color="red", text=text),
                    area("polygon", polygon={"points": [{"x": 1, "y": 2}]}, rotation=10),
                ],
            )
        )
    )
    assert drawing(plan) == {
        "name": "A plan",
        "width": 800,
        "height": 600,
        "seat_radius": 10,
        "shapes": [
            {
                "shape": "rectangle",
                "x": 10,
                "y": 20,
                "width": 3,
                "height": 4,
                "rotation": 0,
                "color": "red",
                "border_color": None,
                "text": {"text": "STAGE", "color": "white", "size": 20, "x": 1, "y": 2},
            },
            {
                "shape": "polygon",
                "x": 10,
                "y": 20,
                "points": [[1, 2]],
                "rotation": 10,
                "color": None,
                "border_color": None,
            },
        ],
    }


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    assert read(b"\xef\xbb\xbf" + written(document())).name == "A plan"


def test_letters_of_any_language_are_accepted() -> None:
    plan = read(written(document(zone(row(seat(x=9, y=9), name="Ä"), name="Züschauerraum 席"))))
    assert (plan.seats[0].seat_number, plan.seats[0].section) == ("Ä1", "Züschauerraum 席")


def test_a_plan_may_be_as_large_as_a_stadium_but_not_larger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MAX_SEATS == 100_000
    monkeypatch.setattr(pretix_format, "MAX_SEATS", 1_000)
    seats = [seat(f"g{at}", str(at)) for at in range(1_000)]
    assert len(parse(document(zone(row(*seats)))).seats) == 1_000
    with pytest.raises(PlanError, match="zones: must have at most 1,000 seats"):
        parse(document(zone(row(*seats, seat("one more", "more")))))
