from pathlib import Path

from tools import stamps


def digest_of(folder: Path) -> str:
    return stamps.digest(files=stamps.files_below(folder, without={"dist"}), root=folder)


def test_any_change_of_the_sources_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    source = tmp_path / "src" / "main.ts"
    source.write_text("one")
    before = digest_of(tmp_path)

    source.write_text("two")
    changed = digest_of(tmp_path)
    source.rename(tmp_path / "src" / "other.ts")
    renamed = digest_of(tmp_path)

    assert len({before, changed, renamed}) == 3


def test_built_files_do_not_change_the_digest(tmp_path: Path) -> None:
    (tmp_path / "main.ts").write_text("one")
    before = digest_of(tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "main.js").write_text("built")
    assert digest_of(tmp_path) == before


def test_a_stamp_is_current_for_what_it_was_written_for(tmp_path: Path) -> None:
    stamp = tmp_path / "stamps" / "client"
    assert not stamps.is_current(stamp, "one")
    stamps.write(stamp, "one")
    assert stamps.is_current(stamp, "one")
    assert not stamps.is_current(stamp, "two")
