"""The summary says what load the tests met."""

from tools.machine_load import Moment, found_load, moment


def _at(seconds: float, *, used: float | None, used_here: float, load: float) -> Moment:
    return Moment(at=seconds, load=load, used=used, used_here=used_here)


def test_processor_time_of_other_processes_is_told_apart() -> None:
    start = _at(100.0, used=1_000.0, used_here=10.0, load=0.5)
    end = _at(200.0, used=1_190.0, used_here=60.0, load=12.25)
    assert found_load(start, end, cores=2) == (
        "2 cores; load 0.5 at the start, 12.2 at the end; other processes used 1.4 cores"
    )


def test_only_the_load_is_told_where_the_system_does_not_count() -> None:
    start, end = (_at(at, used=None, used_here=at, load=1.0) for at in (1.0, 2.0))
    assert found_load(start, end, cores=4) == "4 cores; load 1.0 at the start, 1.0 at the end"


def test_used_time_only_grows() -> None:
    start = moment()
    sum(range(1_000_000))
    end = moment()
    assert end.used_here > start.used_here
    assert end.used is None or start.used is None or end.used >= start.used
