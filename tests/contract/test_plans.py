"""Seating plans of organisations over the API: drafts, versions, and who may see them."""

from base64 import b64encode
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from organisations.models import Membership, Organisation
from organisations.roles import Role
from reservations.bookings.command_queue import CommandQueue
from reservations.demo.templates import TEMPLATES
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event, PlanVersion, SeatingPlan
from tests.contract.calls import refusal, send
from tests.factories import make_event, make_person, make_user, seat_ids, signed_in
from tests.reservations.organising.files import encoded, png
from tests.reservations.plans.documents import area, document, row, seat, written, zone

pytestmark = pytest.mark.any_database


def hall(name: str = "Hall", **more: Any) -> bytes:
    """Return the bytes of a document with two seats."""
    seats = [seat("s1", "1", x=100, y=100), seat("s2", "2", x=130, y=100)]
    return written(document(zone(row(*seats)), **{"name": name, **more}))


def member(role: Role = Role.EDITOR, organisation: Organisation | None = None) -> APIClient:
    organisation = organisation or Organisation.objects.create(name="Playhouse")
    user = make_user()
    Membership.objects.create(organisation=organisation, user=user, role=role)
    client = signed_in(user)
    client.organisation = organisation  # type: ignore[attr-defined]
    return client


def create(client: Any, data: bytes | None = None) -> dict[str, Any]:
    path = f"/api/organisations/{client.organisation.pk}/plans/"
    answer = send(client, "POST", path, data=hall() if data is None else data)
    assert answer.status_code == 201, answer.content
    created: dict[str, Any] = answer.json()
    return created


def save(client: Any, plan: int, revision: int, data: bytes) -> Any:
    path = f"/api/plans/{plan}/draft/"
    return send(client, "PUT", path, data=data, HTTP_IF_MATCH=f'"{revision}"')


def test_a_created_plan_has_a_draft_and_a_first_version(db: None) -> None:
    client = member()
    plan = create(client)
    assert plan.pop("notes") == []
    assert (plan["name"], plan["draft"]["revision"], plan["draft"]["seats"]) == ("Hall", 1, 2)
    assert plan["newest"]["number"] == 1
    assert client.get(f"/api/organisations/{plan['organisation']}/plans/").json() == [plan]


def test_a_plan_without_seats_has_a_draft_and_no_version(db: None) -> None:
    plan = create(member(), hall(zones=[]))
    assert plan["newest"] is None
    assert plan["draft"]["seats"] == 0


def test_stored_documents_are_byte_equal_to_what_was_sent(db: None) -> None:
    client = member()
    data = b'\n { "name" : "H", "categories":[], "zones": [], "mine": {"z": 1.50, "a": "\\u00e9"}} '
    plan = create(client, data)["id"]
    draft: Any = client.get(f"/api/plans/{plan}/draft/")
    assert (draft.content, draft["ETag"]) == (data, '"1"')
    saved: Any = client.post(f"/api/plans/{plan}/versions/", {"revision": 1})
    assert saved.status_code == 201
    version: Any = client.get(f"/api/plans/{plan}/versions/1/")
    assert version.content == data
    assert version["ETag"] == f'"{saved.json()["sha256"]}"'


def test_an_untouched_save_makes_no_new_version(db: None) -> None:
    client = member()
    plan = create(client)
    path = f"/api/plans/{plan['id']}/versions/"
    assert save(client, plan["id"], 1, hall()).json()["revision"] == 1
    again: Any = client.post(path, {"revision": 1})
    assert (again.status_code, again.json()) == (200, plan["newest"])
    assert save(client, plan["id"], 1, hall("Other")).json()["revision"] == 2
    other: Any = client.post(path, {"revision": 2})
    assert (other.status_code, other.json()["number"]) == (201, 2)
    assert [each["number"] for each in client.get(path).json()] == [2, 1]


def test_a_stale_save_is_refused_and_kept_as_a_copy(db: None) -> None:
    alice = member()
    bob = member(organisation=alice.organisation)  # type: ignore[attr-defined]
    plan = create(alice)["id"]
    assert save(alice, plan, 1, hall("Alice's")).status_code == 200
    found = refusal(save(bob, plan, 1, hall("Bob's")), 409, "stale_plan")
    assert (found["revision"], found["updated_at"] > "2020") == (2, True)
    assert found["updated_by"] == alice.get("/api/me/").json()["username"]
    assert bob.get(f"/api/plans/{plan}/draft/").content == hall("Alice's")
    assert bob.get(f"/api/plans/{found['copy']}/draft/").content == hall("Bob's")
    copy = bob.get(f"/api/plans/{found['copy']}/").json()
    assert copy["name"].startswith("Hall (copy of ")
    assert copy["newest"] is None


def test_a_version_of_a_stale_revision_is_refused(db: None) -> None:
    client = member()
    plan = create(client)["id"]
    save(client, plan, 1, hall("Other"))
    found = client.post(f"/api/plans/{plan}/versions/", {"revision": 1})
    assert refusal(found, 409, "stale_plan")["revision"] == 2
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize("header", [None, "", "7", '"x"', '"-1"', '"1", "2"', "*", '"' + "9" * 40])
def test_a_save_needs_the_revision_that_was_edited(header: str | None, db: None) -> None:
    client = member()
    plan = create(client)["id"]
    headers = {} if header is None else {"HTTP_IF_MATCH": header}
    answer = send(client, "PUT", f"/api/plans/{plan}/draft/", data=hall("Other"), **headers)
    assert list(refusal(answer, 400, "invalid")["fields"]) == ["If-Match"]
    assert client.get(f"/api/plans/{plan}/draft/").content == hall()


def test_a_revision_may_have_the_suffix_of_a_compressing_proxy(db: None) -> None:
    client = member()
    plan = create(client)["id"]
    path = f"/api/plans/{plan}/draft/"
    answer = send(client, "PUT", path, data=hall("Other"), HTTP_IF_MATCH='W/"1-zstd"')
    assert answer.json()["revision"] == 2


@pytest.mark.parametrize("role", [None, *Role])
def test_a_plan_is_seen_and_changed_by_role(role: Role | None, db: None) -> None:
    owner: Any = member(Role.OWNER)
    plan = create(owner)
    client: Any = member() if role is None else member(role, owner.organisation)
    sees, changes = role not in (None, Role.DOOR), role in (Role.OWNER, Role.EDITOR)
    of_plan, of_all = f"/api/plans/{plan['id']}/", f"/api/organisations/{plan['organisation']}"
    for path in (of_plan, f"{of_plan}draft/", f"{of_plan}versions/", f"{of_plan}versions/1/"):
        if sees:
            assert client.get(path).status_code == 200
        else:
            refusal(client.get(path), 404, "plan_not_found")
    answers = [
        send(client, "POST", f"{of_all}/plans/", data=hall()),
        save(client, plan["id"], 1, hall("Other")),
        client.post(f"{of_plan}versions/", {"revision": 2}),
        client.patch(of_plan, {"name": "New"}),
        client.delete(of_plan),
    ]
    for answer, status in zip(answers, (201, 200, 201, 200, 200), strict=True):
        if changes:
            assert answer.status_code == status, answer.content
        elif sees:
            refusal(answer, 403, "permission_denied")
        else:
            assert answer.status_code in (403, 404)
    assert SeatingPlan.objects.filter(name="Hall").count() == 1


CSV = (
    b"section,row,number,x,y,category\r\n"
    b"Stalls,A,1,100,100,Best\r\nStalls,A,2,130,100,Best\r\nCircle,A,1,100,300,Other\r\n"
)


def test_a_plan_can_come_from_csv_and_be_exported_again(db: None) -> None:
    client: Any = member()
    path = f"/api/organisations/{client.organisation.pk}/plans/?name=From%20CSV"
    plan = send(client, "POST", path, data=CSV, content_type="text/csv").json()
    assert (plan["name"], plan["newest"]["seats"]) == ("From CSV", 3)
    export: Any = client.get(f"/api/plans/{plan['id']}/versions/1/export/?format=csv")
    assert export["Content-Disposition"] == 'attachment; filename="from-csv-1.csv"'
    lines = export.content.decode().splitlines()
    assert lines[1] == "Stalls,A,1,100,100,Best,Stalls-A-1"
    document: Any = client.get(f"/api/plans/{plan['id']}/versions/1/")
    as_json: Any = client.get(f"/api/plans/{plan['id']}/versions/1/export/")
    assert as_json.content == document.content
    for_pretix: Any = client.get(f"/api/plans/{plan['id']}/versions/1/export/?format=pretix")
    assert for_pretix["Content-Type"] == "application/json"
    assert for_pretix.json()["size"] == {"width": 190, "height": 360}


def test_what_was_changed_to_read_a_file_is_told(db: None) -> None:
    client: Any = member()
    path = f"/api/organisations/{client.organisation.pk}/plans/?repair=true"
    data = b"section;reihe;platz;x;y;kategorie;tool\nS;A;1;-3,5;0;C;x\nS;A;1;-1,75;0;C;x\n"
    plan = send(client, "POST", path, data=data, content_type="text/csv").json()
    codes = ["columns_renamed", "columns_ignored", "scaled", "labels_repaired"]
    assert [note["code"] for note in plan["notes"]] == codes
    found: Any = client.get(f"/api/plans/{plan['id']}/versions/1/")
    [row] = found.json()["zones"][0]["rows"]
    assert [seat["seat_number"] for seat in row["seats"]] == ["1", "1 (2)"]


def test_faults_of_csv_name_their_lines(db: None) -> None:
    client: Any = member()
    path = f"/api/organisations/{client.organisation.pk}/plans/"
    data = CSV + b"Stalls,B,1,here,100,Best\r\n"
    found = refusal(
        send(client, "POST", path, data=data, content_type="text/csv"), 400, "plan_broken"
    )
    assert [fault["path"] for fault in found["faults"]] == ["line 5, x"]
    assert not SeatingPlan.objects.exists()


def test_a_preview_has_the_seats_in_the_shapes_of_an_event(db: None) -> None:
    client = member()
    plan = create(client)["id"]
    found = client.get(f"/api/plans/{plan}/preview/").json()
    assert (found["errors"], found["layout"]["numbers"]) == (0, ["1", "2"])
    assert (found["plan"]["name"], found["offset"]) == ("Hall", {"x": 0, "y": 0})
    assert [problem["code"] for problem in found["problems"]] == [
        *("unused_category", "no_focal_point")
    ]
    assert client.get(f"/api/plans/{plan}/preview/?version=1").json() == found
    refusal(client.get(f"/api/plans/{plan}/preview/?version=2"), 404, "plan_not_found")


def test_a_miniature_has_a_point_for_each_seat_of_the_draft(db: None) -> None:
    client = member()
    plan = create(client)["id"]
    path = f"/api/plans/{plan}/miniature/"
    before: Any = client.get(path)
    assert (before.json()["xs"], before.json()["free"]) == ([10_000, 3_000], [9, 9])
    again: Any = client.get(path, headers={"if-none-match": before["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert save(client, plan, 1, written(document())).status_code == 200
    assert client.get(path).json()["xs"] == [10_000]


def test_a_check_names_the_place_of_each_problem(db: None) -> None:
    twice = row(seat("s1", "1", x=100, y=100), seat("s2", "1", x=140, y=100), x=5)
    answer = send(member(), "POST", "/api/plans/check/", data=written(document(zone(twice))))
    found = answer.json()
    assert (found["errors"], found["warnings"]) == (1, 2)
    first = found["problems"][0]
    assert first["sentence"] == '2 seats are called "Stalls, A 1".'
    assert (first["code"], first["path"]) == ("duplicate_label", "zones[0].rows[0].seats[0]")
    assert (first["at"], first["ids"]) == ({"x": 105, "y": 100}, ["s1", "s2"])


PNG = f"data:image/png;base64,{b64encode(png()).decode()}"
# 100 KB that decode to 900 million pixels.
BOMB = b64encode(encoded(Image.new("1", (30_000, 30_000)), "PNG")).decode()
HOSTILE = {
    "deep nesting": b"[" * 5_000_000,
    "50 MB": b'{"name": "' + b"x" * 50_000_000 + b'"}',
    "not a number": hall(focal_point={"x": float("nan"), "y": 0}),
    "not a number under an unknown key": hall(mine={"list": [1, float("inf")]}),
    "far away": hall(focal_point={"x": 1e9, "y": 0}),
    "a wrong type": hall(zones={"0": []}),
    "an SVG as background": hall(
        background={"href": "data:image/svg+xml;base64,PHN2Zz4=", "width": 1, "height": 1}
    ),
    "a script as background": hall(
        background={"href": "javascript:alert(1)", "width": 1, "height": 1}
    ),
    "a picture of another kind": hall(
        background={"href": PNG.replace("png", "webp"), "width": 1, "height": 1}
    ),
    "a picture that is no base64": hall(
        background={"href": f"{PNG}<svg>", "width": 1, "height": 1}
    ),
    "a picture of too many pixels": hall(
        background={"href": f"data:image/png;base64,{BOMB}", "width": 1, "height": 1}
    ),
    "half a picture": hall(
        background={"href": "data:image/png;base64,iVBORw0KGgo=", "width": 1, "height": 1}
    ),
    "control characters": hall(name="a\x00b"),
    "no JSON": b"{",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_document_is_refused_with_its_faults(kind: str, db: None) -> None:
    client: Any = member()
    plan = create(client)["id"]
    all_plans = f"/api/organisations/{client.organisation.pk}/plans/"
    for answer in (
        save(client, plan, 1, HOSTILE[kind]),
        send(client, "POST", all_plans, data=HOSTILE[kind]),
        send(client, "POST", "/api/plans/check/", data=HOSTILE[kind]),
    ):
        found = refusal(answer, 400, "plan_broken")
        assert found["faults"]
        assert len(answer.content) < 10_000
    assert client.get(f"/api/plans/{plan}/draft/").content == hall()
    assert SeatingPlan.objects.count() == 1


@pytest.mark.parametrize("side", [6_325, pytest.param(30_000, marks=pytest.mark.thorough)])
def test_a_picture_of_too_many_pixels_is_refused_with_its_place(side: int, db: None) -> None:
    image = b64encode(encoded(Image.new("1", (side, side)), "PNG")).decode()
    data = hall(background={"href": f"data:image/png;base64,{image}", "width": 1, "height": 1})
    found = refusal(send(member(), "POST", "/api/plans/check/", data=data), 400, "plan_broken")
    problem = "must have at most 40,000,000 pixels"
    assert found["faults"] == [{"path": "background.href", "problem": problem}]


def test_a_check_finds_what_has_no_seats(db: None) -> None:
    table = row(name="4", x=10, y=20, table={"shape": "round", "width": 50})
    standing = {"capacity": 0, "category": "", "guid": "pit"}
    pit = area("circle", text={"text": "Pit"}, standing=standing)
    full = area("circle", standing={"capacity": 9, "category": "Circle", "guid": "floor"})
    seats = row(seat("s1", "1", x=100, y=100))
    plan = document(
        zone(seats, table, x=5, areas=[pit, full]),
        zone(name="Empty", x=1, y=2),
        zone(row(), name="Rows only", areas=[area()]),
        zone(name="Stage", areas=[area()]),
        focal_point={"x": 0, "y": 0},
    )
    answer = send(member(), "POST", "/api/plans/check/", data=written(plan))
    assert [(one["code"], one["path"], one["at"]) for one in answer.json()["problems"]] == [
        ("no_capacity", "zones[0].areas[0].standing.capacity", {"x": 15, "y": 20}),
        ("no_category", "zones[0].areas[0].standing.category", {"x": 15, "y": 20}),
        ("empty_table", "zones[0].rows[1]", {"x": 15, "y": 20}),
        ("empty_section", "zones[1]", {"x": 1, "y": 2}),
        ("empty_section", "zones[2]", {"x": 0, "y": 0}),
    ]


def test_a_plan_of_standing_areas_alone_has_places(db: None) -> None:
    standing = {"capacity": 9, "category": "Stalls", "guid": "floor"}
    plan = document(zone(areas=[area("circle", standing=standing)]))
    answer = send(member(), "POST", "/api/plans/check/", data=written(plan))
    assert [one["code"] for one in answer.json()["problems"]] == ["unused_category"]


def test_a_picture_to_trace_and_a_script_in_a_name_are_stored_as_they_are(db: None) -> None:
    background = {"href": PNG, "width": 1, "height": 1}
    data = hall("<script>alert(1)</script>", background=background)
    client = member()
    plan = create(client, data)
    answer: Any = client.get(f"/api/plans/{plan['id']}/draft/")
    assert answer.content == data
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"


def event_of(client: Any, **fields: Any) -> Event:
    return make_event(seats=0, organisation=client.organisation, **fields)


def put(client: Any, event: Event, plan: int, **more: Any) -> Any:
    body = {"plan": plan, "version": 1, **more}
    return client.post(f"/api/events/{event.pk}/plan/", body)


def test_a_version_is_put_onto_an_event_after_a_dry_run(db: None) -> None:
    client = member()
    event, plan = event_of(client), create(client)
    dry = put(client, event, plan["id"], dry_run=True).json()
    assert (dry["is_done"], dry["seats"], dry["added"]) == (False, 2, 2)
    assert dry["new_categories"] == ["Stalls", "Circle"]
    assert [change["becomes"] for change in dry["changes"]] == ["A1", "A2"]
    assert not event.seats.exists()
    done = put(client, event, plan["id"]).json()
    assert (done["is_done"], done["added"], event.seats.count()) == (True, 2, 2)
    versions: Any = client.get(f"/api/plans/{plan['id']}/versions/").json()
    assert versions[0]["events"] == [{"id": event.pk, "name": "Concert"}]
    found = refusal(client.delete(f"/api/plans/{plan['id']}/"), 409, "plan_in_use")
    assert found["events"] == ["Concert"]


def test_a_sold_seat_in_the_way_is_named_with_its_booking(db: None) -> None:
    owner = member(Role.OWNER)
    editor = member(organisation=owner.organisation)  # type: ignore[attr-defined]
    event, plan = event_of(owner), create(owner)
    put(owner, event, plan["id"])
    sold, _ = seat_ids(event)
    buyer, queue = make_person(), CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, (sold,)))
    booking: Any = queue.submit(ReserveSeats(buyer, (sold,), "invoice"))
    other = create(owner, hall(zones=[zone(row(seat("s2", "2", x=130, y=100)))]))
    found = refusal(put(owner, event, other["id"]), 409, "plan_conflicts")
    [blocked] = found["in_the_way"]
    assert (blocked["seat_id"], blocked["use"], blocked["obstacle"]) == (sold, "sold", "removed")
    assert blocked["reservation"] == booking["reservation"]["id"]
    # An editor may not see bookings.
    found = refusal(put(editor, event, other["id"]), 409, "plan_conflicts")
    assert found["in_the_way"][0]["reservation"] is None
    assert put(editor, event, other["id"], keep=[sold]).json()["kept"] == 1
    assert seat_ids(event)[0] == sold


def test_a_version_with_errors_is_not_put_onto_an_event(db: None) -> None:
    client = member()
    twice = row(seat("s1", "1", x=100, y=100), seat("s2", "1", x=140, y=100))
    event, plan = event_of(client), create(client, hall(zones=[zone(twice)]))
    found = refusal(put(client, event, plan["id"]), 400, "plan_broken")
    assert [fault["path"] for fault in found["faults"]] == ["zones[0].rows[0].seats[0]"]
    assert not event.seats.exists()


def test_a_plan_of_another_organisation_is_not_found(db: None) -> None:
    client, stranger = member(), member()
    event = event_of(client)
    refusal(put(client, event, create(stranger)["id"]), 404, "plan_not_found")
    both: Any = member(organisation=stranger.organisation)  # type: ignore[attr-defined]
    Membership.objects.create(
        organisation=client.organisation,  # type: ignore[attr-defined]
        user_id=both.session["_auth_user_id"],
        role=Role.EDITOR,
    )
    refusal(put(both, event, create(stranger)["id"]), 404, "plan_not_found")
    assert not event.seats.exists()


@pytest.mark.parametrize("role", [None, *Role])
def test_a_plan_is_put_onto_an_event_by_role(role: Role | None, db: None) -> None:
    owner: Any = member(Role.OWNER)
    event, plan = event_of(owner), create(owner)
    client: Any = member() if role is None else member(role, owner.organisation)
    answer = put(client, event, plan["id"])
    if role in (Role.OWNER, Role.EDITOR):
        assert answer.status_code == 200
    else:
        refusal(answer, 403, "permission_denied")
        assert not event.seats.exists()


@pytest.mark.parametrize(
    "template",
    [
        # The stadium takes seconds.
        pytest.param(name, marks=pytest.mark.thorough if name == "stadium" else ())
        for name in TEMPLATES
    ],
)
def test_a_plan_can_begin_with_a_demo_hall(template: str, db: None) -> None:
    client: Any = member()
    path = f"/api/organisations/{client.organisation.pk}/plans/?template={template}"
    plan = client.post(path, {}).json()
    assert plan["newest"]["seats"] > 200
    assert client.get(f"/api/plans/{plan['id']}/preview/").json()["errors"] == 0


def test_a_companion_seat_without_its_accessible_seat_is_an_error_with_its_place(db: None) -> None:
    alone = seat("s1", "1", x=100, y=100, features=["companion"])
    answer = send(member(), "POST", "/api/plans/check/", data=written(document(zone(row(alone)))))
    first = answer.json()["problems"][0]
    assert (first["code"], first["severity"], first["ids"]) == ("broken", "error", ["s1"])
    assert first["at"] == {"x": 100, "y": 100}


def test_a_preview_has_the_properties_of_seats(db: None) -> None:
    seats = [
        seat("s1", "1", x=100, y=100, features=["accessible"], note="Lift"),
        seat("s2", "2", x=130, y=100, features=["companion"], companion_of="s1"),
    ]
    client = member()
    plan = create(client, hall(zones=[zone(row(*seats))]))["id"]
    layout = client.get(f"/api/plans/{plan}/preview/").json()["layout"]
    assert (layout["accessible"], layout["companions"]) == ([0], [1])
    assert layout["notes"] == [{"note": "Lift", "seats": [0]}]
