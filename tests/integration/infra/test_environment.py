"""What the runner's children are told."""

from infra.local.environment import child_environment
from infra.local.settings import RunSettings


def test_children_get_the_database_the_address_and_one_lasting_key(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    chosen = RunSettings(data=tmp_path, host="0.0.0.0", port=8080)

    first, second = (child_environment(chosen, "postgresql://here/x") for _ in range(2))

    assert first["DATABASE_URL"] == "postgresql://here/x"
    assert (first["HOST"], first["PORT"], first["DATA"]) == ("0.0.0.0", "8080", str(tmp_path))
    assert len(first["SECRET_KEY"]) == 64
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_key_that_is_set_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "mine")

    assert child_environment(RunSettings(data=tmp_path), "")["SECRET_KEY"] == "mine"
    assert not (tmp_path / "secret_key").exists()
