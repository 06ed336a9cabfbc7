"""Renewing the index: against small indexes served from a thread, and configuration read from files."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import zipfile
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from kdoctor.cli.knowledge import knowledge
from kdoctor.collect.registry import simple
from kdoctor.collect.registry.config import PUBLIC_INDEX, IndexConfig, read_config, redacted
from kdoctor.collect.registry.transport import Transport, Unreachable
from kdoctor.collect.registry.update import Known, KnownRelease, find_news, forget
from kdoctor.collect.registry.wheel_choice import by_key, read_variants
from kdoctor.collect.registry.wheel_metadata import canonical, parse, read_metadata
from kdoctor.errors import KdoctorError
from kdoctor.knowledge import index as knowledge_index
from kdoctor.knowledge import index_file
from kdoctor.knowledge.index import Index, Release

# A small index.


def metadata(*requires, python=">=3.9"):
    lines = ["Metadata-Version: 2.1", "Name: demo", "Version: 1", *(f"Requires-Dist: {line}" for line in requires)]
    return "\n".join([*lines, *([f"Requires-Python: {python}"] if python else []), "", "Requires-Dist: not-this"]).encode()


def wheel(content, *, padding=0, at="last", method=zipfile.ZIP_DEFLATED):
    """Build a wheel with so many other members; METADATA comes last as builders do, or first, or somewhere."""
    names = [f"demo/{number:05}_{'x' * 60}.py" for number in range(padding)]
    vendored = "demo/_vendor/other.dist-info/METADATA"
    own = "demo-1.dist-info/METADATA"
    middle = padding // 2
    order = {
        "last": [vendored, *names, own, "demo-1.dist-info/RECORD"],
        "first": [own, *names, vendored],
        "middle": [*names[:middle], own, vendored, *names[middle:]],
    }[at]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in order:
            archive.writestr(name, content if name == own else b"Requires-Dist: other\n\n" if name == vendored else os.urandom(8))
    return buffer.getvalue()


class Shelf:
    """What a fake index holds and how it behaves; what it was asked is in `asked`."""

    def __init__(self):
        self.files = {}
        self.json = self.pep658 = False
        self.ranges = True
        self.dates = True
        self.password = None
        self.fail = {}
        self.redirect = None
        self.asked = []
        self.authorizations = []

    def add(self, project, name, content, **more):
        self.files.setdefault(project, {})[name] = (content, more)

    def listing(self, project):
        rows = []
        for name, (content, more) in self.files[project].items():
            row = {"filename": name, "url": f"../../files/{project}/{name}#sha256=00", "requires-python": more.get("python")}
            row["yanked"] = more.get("yanked", False)
            row["core-metadata"] = self.pep658 and name.endswith(".whl") and content is not None
            row["upload-time"] = more.get("time", "2026-01-02T03:04:05Z") if self.dates else None
            rows.append(row)
        return rows

    def page(self, project):
        if self.json:
            return simple._JSON, json.dumps({"meta": {"api-version": "1.1"}, "files": self.listing(project)}).encode()
        return "text/html; charset=utf-8", html(self.listing(project)).encode()


def html(rows):
    lines = ["<!DOCTYPE html><html><body>"]
    for row in rows:
        more = f' data-requires-python="{row["requires-python"].replace(">", "&gt;")}"' if row["requires-python"] else ""
        if row["yanked"] is not False:
            more += f' data-yanked="{row["yanked"] if isinstance(row["yanked"], str) else ""}"'
        more += ' data-core-metadata="true"' if row["core-metadata"] else ""
        more += f' data-upload-time="{row["upload-time"]}"' if row["upload-time"] else ""
        lines.append(f'<a href="{row["url"]}"{more}>{row["filename"]}</a><br/>')
    return "\n".join([*lines, "</body></html>"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        shelf = self.server.shelf
        shelf.asked.append(self.path)
        shelf.authorizations.append(self.headers.get("Authorization"))
        left = shelf.fail.get(self.path, [])
        if left:
            return self.answer(left.pop(0))
        if shelf.password and self.headers.get("Authorization") != shelf.password:
            return self.answer(401)
        kind, project, *rest = self.path.strip("/").split("/")
        if project not in shelf.files:
            return self.answer(404)
        if kind == "simple":
            if shelf.redirect:
                return self.answer(302, Location=shelf.redirect + self.path)
            content_type, body = shelf.page(project)
            return self.answer(200, body, Content_Type=content_type)
        name = rest[0]
        if name.endswith(".metadata"):
            content = shelf.files[project][name.removesuffix(".metadata")][1].get("metadata")
            return self.answer(200, content) if shelf.pep658 and content else self.answer(404)
        content = shelf.files[project][name][0]
        wanted = self.headers.get("Range")
        if not (wanted and shelf.ranges):
            return self.answer(200, content)
        first, _, final = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(len(content) - int(final), 0)
        end = min(int(final), len(content) - 1) if first else len(content) - 1
        return self.answer(206, content[start : end + 1], Content_Range=f"bytes {start}-{end}/{len(content)}")


def serve(shelf):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.shelf = shelf
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture
def shelf():
    shelf = Shelf()
    server = serve(shelf)
    shelf.port = server.server_address[1]
    shelf.url = f"http://127.0.0.1:{shelf.port}/simple"
    yield shelf
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch, tmp_path):
    for key in list(os.environ):
        if key.startswith(("PIP_", "UV_")) or key.lower().endswith("_proxy") or key in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def transport(*urls, **more):
    return Transport(IndexConfig(tuple(urls), timeout=5.0, **more), pause=0.01)


def news_of(shelf, known, tmp_path, **more):
    return find_news(transport(shelf.url, **more), [shelf.url], known, tmp_path / "journal.jsonl")


def known(**releases):
    """Known(): versions with their tags, yanked where the tags start with `!`."""
    return Known(
        {
            version.replace("_", "."): KnownRelease(frozenset(tags.strip("!").split()), tags.startswith("!"), read=True)
            for version, tags in releases.items()
        }
    )


NOTHING = Known({})
PURE = "demo-{}-py3-none-any.whl"


# What is listed.


@pytest.mark.parametrize("as_json", [False, True])
def test_a_list_is_read_in_either_form(shelf, as_json):
    shelf.json, shelf.pep658 = as_json, True
    shelf.add("demo", "demo-1.0-py3-none-any.whl", b"", python=">=3.9")
    shelf.add("demo", "demo-1.0.tar.gz", b"")
    shelf.add("demo", "demo-2.0-1-cp39-cp39-win_amd64.whl", b"", yanked="broken")
    shelf.add("demo", "demo-3.0-py3-none-any.whl", b"", yanked="")
    files = simple.list_files(transport(shelf.url), shelf.url, "demo")
    assert [(f.name, f.requires_python, f.yanked, f.yanked_reason, f.metadata, f.date) for f in files] == [
        ("demo-1.0-py3-none-any.whl", ">=3.9", False, None, True, "2026-01-02"),
        ("demo-1.0.tar.gz", None, False, None, False, "2026-01-02"),
        ("demo-2.0-1-cp39-cp39-win_amd64.whl", None, True, "broken", True, "2026-01-02"),
        ("demo-3.0-py3-none-any.whl", None, True, None, True, "2026-01-02"),
    ]
    assert files[0].url == f"http://127.0.0.1:{shelf.port}/files/demo/demo-1.0-py3-none-any.whl"
    listed = simple.by_version("demo", files)
    assert {v: (one.tags, one.sdist, one.yanked, one.yanked_reason) for v, one in listed.items()} == {
        "1.0": (("py3-none-any",), True, False, None),
        "2.0": (("1-cp39-cp39-win_amd64",), False, True, "broken"),
        "3.0": (("py3-none-any",), False, True, None),
    }


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("tf_keras-2.14.1-py3-none-any.whl", "2.14.1"),
        ("tf_keras-2.14.1rc0-1-cp39-cp39-win_amd64.whl", "2.14.1rc0"),
        ("tf-keras-2.14.1.tar.gz", "2.14.1"),
        ("tf_keras-2.14.0beta.zip", "2.14.0b0"),
        ("tf_keras-1.0+local_1-py3-none-any.whl", "1.0+local.1"),
        ("tf_keras-2.14.1-py3.9.egg", None),
        ("tf_keras-2.14.1.win32.exe", None),
        ("other-2.14.1.tar.gz", None),
        ("tf_keras-nonsense.tar.gz", None),
        ("tf_keras-2.0-any.whl", None),
    ],
)
def test_versions_are_read_from_file_names(name, version):
    assert list(simple.by_version("tf-keras", [simple.File(name, "u")])) == ([version] if version else [])


def test_a_page_on_the_web_cannot_point_into_this_machine(shelf):
    shelf.add("demo", "demo-1.0-py3-none-any.whl", b"")
    shelf.listing = lambda _: [
        {"filename": "demo-1.0-py3-none-any.whl", "url": "file:///etc/passwd", "requires-python": None, "yanked": False}
    ]
    shelf.json = True
    assert simple.list_files(transport(shelf.url), shelf.url, "demo") == ()


@pytest.mark.parametrize("body", [b"", b"no page", b"[1]", b'{"files": 3}'])
@pytest.mark.parametrize("content_type", ["text/html", "application/vnd.pypi.simple.v1+json"])
def test_what_is_no_list_is_told_so(shelf, body, content_type):
    shelf.add("demo", "x", b"")
    shelf.page = lambda _: (content_type, body)
    with pytest.raises(Unreachable, match="no list of files"):
        simple.list_files(transport(shelf.url), shelf.url, "demo")


# What wheels say.


@pytest.mark.parametrize(
    ("built", "requests"),
    [
        (wheel(metadata("numpy>=1.26")), 1),
        (wheel(metadata("numpy>=1.26"), padding=2000), 2),
        (wheel(metadata("numpy>=1.26"), padding=2000, method=zipfile.ZIP_STORED), 2),
        (wheel(metadata("numpy>=1.26"), padding=2000, at="first"), 3),
        (wheel(metadata("numpy>=1.26"), padding=2000, at="middle"), 4),
    ],
    ids=["small", "large", "stored", "first", "middle"],
)
def test_metadata_is_read_without_the_wheel(shelf, built, requests):
    shelf.add("demo", PURE.format("1"), built)
    shelf.asked.clear()
    fetching = transport(shelf.url)
    file = simple.File("w", f"http://127.0.0.1:{shelf.port}/files/demo/{PURE.format('1')}")
    assert read_metadata(fetching, file) == parse(metadata("numpy>=1.26"))
    assert fetching.requests == len(shelf.asked) == requests
    if requests in (2, 3):
        assert fetching.received < 36_000 < len(built)


def test_metadata_beside_the_wheel_is_preferred(shelf):
    shelf.pep658 = True
    shelf.add("demo", PURE.format("1"), b"no wheel at all", metadata=metadata("keras"))
    file = simple.File("w", f"http://127.0.0.1:{shelf.port}/files/demo/{PURE.format('1')}", metadata=True)
    assert read_metadata(transport(shelf.url), file).requires == ("keras",)


def test_metadata_that_is_promised_but_missing_is_read_from_the_wheel(shelf):
    shelf.add("demo", PURE.format("1"), wheel(metadata("keras")))
    file = simple.File("w", f"http://127.0.0.1:{shelf.port}/files/demo/{PURE.format('1')}", metadata=True)
    assert read_metadata(transport(shelf.url), file).requires == ("keras",)


def test_a_server_that_would_send_the_whole_wheel_is_left_alone(shelf):
    shelf.ranges = False
    shelf.add("demo", PURE.format("1"), wheel(metadata("keras"), padding=20000))
    fetching = transport(shelf.url)
    with pytest.raises(Unreachable, match="does not serve parts"):
        read_metadata(fetching, simple.File("w", f"http://127.0.0.1:{shelf.port}/files/demo/{PURE.format('1')}"))
    assert fetching.received == 0


SOUND = wheel(metadata("keras"))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"PK",
        SOUND[:-30],
        SOUND.replace(b"PK\x03\x04", b"PK\x03\x05"),
        SOUND.replace(b".dist-info/METADATA", b".dist-info/METAXATA"),
        b"\0" * 70000,
    ],
    ids=["empty", "two bytes", "cut", "local headers", "no metadata", "zeros"],
)
def test_a_damaged_wheel_is_told_so(shelf, damaged):
    shelf.add("demo", PURE.format("1"), damaged)
    with pytest.raises(Unreachable, match="no wheel, or a damaged one"):
        read_metadata(transport(shelf.url), simple.File("w", f"http://127.0.0.1:{shelf.port}/files/demo/{PURE.format('1')}"))


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Keras_Applications (>=1.0.5)", "keras-applications>=1.0.5"),
        ("numpy >=1.26.0, <2.0.0 ; python_version <= '3.11'", 'numpy<2.0.0,>=1.26.0;python_version <= "3.11"'),
        ("jax[cuda,b]==1", "jax[b,cuda]==1"),
        ("a @ https://e.org/a.whl ; extra == 'x'", 'a @ https://e.org/a.whl ; extra == "x"'),
        ("tqdm=4.25.0", "tqdm=4.25.0"),
    ],
)
def test_requirements_are_spelled_in_one_way(written, spelled):
    assert canonical(written) == spelled
    assert canonical(spelled) == spelled


# Which wheels are read.


def keys(*tags):
    return list(by_key((tag, simple.File(tag, tag)) for tag in tags))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["py3-none-any"], ["any@py3"]),
        (["py2.py3-none-any"], ["any@py3"]),
        (["cp310-cp310-win_amd64", "cp39-cp39-win_amd64"], ["win-amd64@cp39", "win-amd64@cp310"]),
        (["cp39-cp39-macosx_10_9_universal2"], ["mac-arm64@cp39", "mac-x86_64@cp39"]),
        (["cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64"], ["linux-x86_64@cp39"]),
        (["cp313-cp313t-win_amd64", "cp313-cp313-win_amd64"], ["win-amd64@cp313"]),
        (["cp313-cp313t-win_amd64"], ["win-amd64@cp313"]),
        (["py3-none-manylinux1_x86_64"], ["linux-x86_64@py3"]),
        (["cp39-cp39-win32", "cp39-cp39-musllinux_1_1_x86_64", "cp39-cp39-win_arm64"], ["win-arm64@cp39"]),
        (["cp39-cp39-win32"], []),
    ],
)
def test_one_wheel_for_each_platform_and_python(tags, expected):
    assert keys(*tags) == expected


def test_variants_are_grouped_and_the_commonest_is_the_default():
    content = {"linux-x86_64": ("a", "b"), "mac-arm64": ("b", "a"), "win-amd64": ("w",)}
    wheels = {f"{name}@cp{digits}": simple.File("", f"{name}@cp{digits}") for name in content for digits in (39, 310, 311)}
    read = []

    def requires(file):
        read.append(file.url)
        return content[file.url.partition("@")[0]]

    found = read_variants(wheels, requires)
    assert found.requirements == ("a", "b")
    assert found.variants == (
        (("linux-x86_64@cp311", "linux-x86_64@cp39", "mac-arm64@cp311", "mac-arm64@cp39"), ("a", "b")),
        (("win-amd64@cp311", "win-amd64@cp39"), ("w",)),
    )
    assert len(read) == 6


def test_where_the_ends_differ_the_pythons_between_are_read():
    wheels = {f"linux-x86_64@cp{digits}": simple.File("", digits) for digits in ("39", "310", "311", "312")}
    found = read_variants(wheels, lambda file: ("new",) if file.url == "312" else ("old",))
    assert found.requirements == ("old",)
    assert [sorted(keys) for keys, _ in found.variants] == [
        ["linux-x86_64@cp310", "linux-x86_64@cp311", "linux-x86_64@cp39"],
        ["linux-x86_64@cp312"],
    ]


# What is new.


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("pep658", [False, True])
def test_new_releases_are_read_and_known_ones_left_alone(shelf, tmp_path, as_json, pep658):
    shelf.json, shelf.pep658 = as_json, pep658
    shelf.add("demo", PURE.format("1.0"), wheel(metadata("old")), metadata=metadata("old"))
    shelf.add("demo", PURE.format("2.0rc1"), wheel(metadata("new", "b")), metadata=metadata("new", "b"), python=">=3.9")
    shelf.add("demo", "demo-2.0rc1.tar.gz", b"")
    (news,) = news_of(shelf, {"demo": known(**{"1_0": "py3-none-any"})}, tmp_path)
    (found,) = news.found
    assert Release(*found) == Release(
        "2.0rc1",
        ">=3.9",
        "2026-01-02",
        prerelease=True,
        sdist=True,
        tags=("py3-none-any",),
        requirements=("new", "b"),
        source="wheel",
    )
    assert (news.problems, news.yanked, news.restored) == ((), (), ())
    assert not any("1.0" in path for path in shelf.asked)


def test_what_was_yanked_and_restored_since_is_seen(shelf, tmp_path):
    for version, yanked in (("1.0", "bad"), ("2.0", False), ("3.0", "old news"), ("4.0", False)):
        shelf.add("demo", PURE.format(version), b"", yanked=yanked)
    before = {"1_0": "py3-none-any", "2_0": "!py3-none-any", "3_0": "!py3-none-any", "4_0": "py3-none-any"}
    (news,) = news_of(shelf, {"demo": known(**before)}, tmp_path)
    assert (news.found, news.yanked, news.restored) == ((), (("1.0", "bad"),), ("2.0",))


def test_a_yanked_file_does_not_count_beside_others(shelf, tmp_path):
    shelf.add("demo", "demo-1.0-cp39-cp39-win_amd64.whl", b"broken", yanked="bad")
    shelf.add("demo", PURE.format("1.0"), wheel(metadata("a")))
    (news,) = news_of(shelf, {"demo": NOTHING}, tmp_path)
    assert (news.found[0].tags, news.found[0].yanked, news.found[0].requirements) == (("py3-none-any",), False, ("a",))


def test_new_wheels_of_a_known_release_are_read(shelf, tmp_path):
    shelf.add("demo", "demo-1.0-cp39-cp39-win_amd64.whl", wheel(metadata("w")))
    shelf.add("demo", "demo-1.0-cp39-cp39-manylinux2014_x86_64.whl", wheel(metadata("l")))
    (news,) = news_of(shelf, {"demo": known(**{"1_0": "cp39-cp39-manylinux2014_x86_64"})}, tmp_path)
    assert news.found[0].requirements == ("l",)
    assert news.found[0].variants == ((("linux-x86_64@cp39",), ("l",)), (("win-amd64@cp39",), ("w",)))


def test_releases_of_source_alone_stay_unread(shelf, tmp_path):
    shelf.add("demo", "demo-1.0.tar.gz", b"", python=">=3.9")
    (news,) = news_of(shelf, {"demo": NOTHING}, tmp_path)
    assert (news.found[0].requirements, news.found[0].sdist, news.found[0].requires_python) == (None, True, ">=3.9")
    seen = Known({"1.0": KnownRelease(frozenset(), yanked=False, read=False)})
    assert news_of(shelf, {"demo": seen}, tmp_path / "again")[0].found == ()


def test_of_nightly_builds_only_the_newest_are_read(shelf, tmp_path):
    for number in range(9):
        shelf.add("demo", PURE.format(f"1.{number}"), wheel(metadata()))
    nightly = Known({"1.3": KnownRelease(frozenset({"py3-none-any"}), yanked=False, read=True)}, keep=2)
    assert [found.version for found in news_of(shelf, {"demo": nightly}, tmp_path)[0].found] == ["1.7", "1.8"]


def test_what_cannot_be_read_is_unknown_with_a_reason(shelf, tmp_path):
    shelf.ranges = False
    shelf.add("demo", PURE.format("1.0"), wheel(metadata("a")))
    (news,) = news_of(shelf, {"demo": NOTHING, "absent": NOTHING}, tmp_path)[1:]
    assert news.found[0].requirements is None
    assert news.problems[0].startswith("demo 1.0: http://127.0.0.1")
    assert "does not serve parts of files" in news.problems[0]
    unread = Known({"1.0": KnownRelease(frozenset({"py3-none-any"}), yanked=False, read=False)})
    shelf.ranges = True
    assert news_of(shelf, {"demo": unread}, tmp_path)[0].found[0].requirements == ("a",)


def test_a_project_that_no_index_lists_is_told(shelf, tmp_path):
    (news,) = news_of(shelf, {"absent": known(**{"1_0": "py3-none-any"})}, tmp_path)
    assert news == (news.project, (), (), (), ("absent: the index lists no such project",))


def test_the_first_index_that_lists_a_project_answers_for_it(shelf, tmp_path):
    shelf.add("demo", PURE.format("1.0"), wheel(metadata("a")))
    folder = tmp_path / "local"
    for project, version in (("demo", "9.0"), ("other", "2.0")):
        (folder / project).mkdir(parents=True)
        (folder / project / PURE.format(version)).write_bytes(wheel(metadata("local")))
        name = PURE.format(version).replace("demo", project)
        (folder / project / PURE.format(version)).rename(folder / project / name)
        (folder / project / "index.html").write_text(f'<!DOCTYPE html><a href="{name}">x</a>')
    urls = [shelf.url, folder.as_uri()]
    news = find_news(transport(*urls), urls, {"demo": NOTHING, "other": NOTHING}, tmp_path / "journal")
    assert [(item.found[0].version, item.found[0].requirements) for item in news] == [("1.0", ("a",)), ("2.0", ("local",))]


# Interrupted and resumed.


def filled(shelf, count=12):
    for number in range(count):
        shelf.add("demo", PURE.format(f"1.{number}"), wheel(metadata(f"a=={number}")))


def test_what_was_cut_off_goes_on_where_it_stopped(shelf, tmp_path):
    filled(shelf)
    whole = news_of(shelf, {"demo": NOTHING}, tmp_path / "whole")
    stuck = f"/files/demo/{PURE.format('1.11')}"
    shelf.fail[stuck] = [500] * 3
    journal = tmp_path / "journal.jsonl"
    first = news_of(shelf, {"demo": NOTHING}, tmp_path)
    assert [found.requirements for found in first[0].found].count(None) == 1
    journal.write_text(journal.read_text() + '["demo","1.11","cut in the mid')
    shelf.asked.clear()
    assert news_of(shelf, {"demo": NOTHING}, tmp_path) == whole
    assert [path for path in shelf.asked if path.startswith("/files/")] == [stuck]
    forget(journal)
    assert not journal.exists()


@pytest.mark.parametrize("stale", ["another index", "other files"])
def test_a_journal_of_something_else_does_not_count(shelf, tmp_path, stale):
    filled(shelf, 1)
    news_of(shelf, {"demo": NOTHING}, tmp_path)
    journal = tmp_path / "journal.jsonl"
    if stale == "another index":
        head, _, rest = journal.read_text().partition("\n")
        journal.write_text(json.dumps({"belongs to": "x"}) + "\n" + rest)
        assert head
    else:
        shelf.add("demo", "demo-1.0-cp39-cp39-win_amd64.whl", wheel(metadata("a==0")))
    shelf.asked.clear()
    news_of(shelf, {"demo": NOTHING}, tmp_path)
    assert any(path.startswith("/files/") for path in shelf.asked)


def test_a_journal_that_cannot_be_written_does_no_harm(shelf, tmp_path):
    filled(shelf, 2)
    (tmp_path / "file").write_text("")
    news = find_news(transport(shelf.url), [shelf.url], {"demo": NOTHING}, tmp_path / "file" / "journal")
    assert len(news[0].found) == 2


# Failing.


def test_passing_failures_are_tried_again(shelf):
    shelf.add("demo", PURE.format("1"), b"")
    shelf.fail["/simple/demo/"] = [503, 500]
    fetching = transport(shelf.url)
    assert simple.list_files(fetching, shelf.url, "demo")
    assert fetching.requests == 3


@pytest.mark.parametrize(("status", "requests"), [(503, 3), (403, 1), (401, 1)])
def test_lasting_failures_end_the_update(shelf, tmp_path, status, requests):
    shelf.add("demo", PURE.format("1"), b"")
    shelf.fail["/simple/demo/"] = [status] * 9
    with pytest.raises(KdoctorError, match=rf"the package index .* at http://127\.0\.0\.1.*HTTP status {status}"):
        news_of(shelf, {"demo": NOTHING}, tmp_path)
    assert len(shelf.asked) == requests


SECRET = "sesame-open"


@pytest.mark.parametrize("case", ["works", "refused", "gone", "project missing", "no ranges"])
def test_credentials_are_sent_but_never_told(shelf, tmp_path, case, capsys):
    shelf.add("demo", PURE.format("1.0"), wheel(metadata("a")))
    shelf.password = "Basic " + b64encode(f"me:{SECRET}".encode()).decode()
    if case == "refused":
        shelf.password += "x"
    shelf.ranges = case != "no ranges"
    port = 1 if case == "gone" else shelf.port
    url = f"http://me:{SECRET}@127.0.0.1:{port}/simple"
    name = "absent" if case == "project missing" else "demo"
    said = ""
    try:
        news = find_news(transport(url), [url], {name: NOTHING}, tmp_path / "journal")
        said = repr(news)
        assert case in ("works", "project missing", "no ranges")
    except KdoctorError as error:
        said = error.message + error.hint
        assert case in ("refused", "gone")
    journal = (tmp_path / "journal").read_text() if (tmp_path / "journal").exists() else ""
    assert SECRET not in said + journal + "".join(capsys.readouterr()) + "".join(shelf.asked)
    assert case in ("refused", "gone", "project missing") or "1.0" in said
    assert case == "gone" or any(shelf.authorizations)


def test_credentials_do_not_follow_a_redirect_elsewhere(shelf):
    other = Shelf()
    server = serve(other)
    other.add("demo", PURE.format("1.0"), b"")
    shelf.add("demo", PURE.format("1.0"), b"")
    shelf.redirect = f"http://localhost:{server.server_address[1]}"
    url = f"http://me:{SECRET}@127.0.0.1:{shelf.port}/simple"
    try:
        files = simple.list_files(transport(url), url, "demo")
        assert files[0].url.startswith(f"http://localhost:{server.server_address[1]}/files/")
    finally:
        server.shutdown()
        server.server_close()
    assert shelf.authorizations[0]
    assert other.authorizations == [None]


def test_netrc_gives_credentials(shelf, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    netrc.rename(tmp_path / ".netrc")
    shelf.add("demo", PURE.format("1.0"), b"")
    simple.list_files(transport(shelf.url), shelf.url, "demo")
    assert shelf.authorizations == ["Basic " + b64encode(f"me:{SECRET}".encode()).decode()]


def test_a_missing_certificate_file_is_told():
    with pytest.raises(KdoctorError, match=r"certificates .* cannot be read: No such file"):
        transport(ca_bundle="/no/such/file.pem").get("https://127.0.0.1:1/simple")


# Which index.

FILES = {
    "home/.pip/pip.conf": "[global]\nindex-url = https://legacy/simple\ntimeout = 3\n",
    "config/pip/pip.conf": (
        "[global]\nindex-url = https://user/simple/\n[install]\nextra-index-url =\n  https://more/1\n  https://more/2\n"
    ),
    "venv/pip.conf": "[global]\ncert = /site.pem\n",
    "own.conf": "[global]\nindex_url = https://own/simple\n",
    "config/uv/uv.toml": ('[[index]]\nname = "x"\nurl = "https://uv-more/simple"\n[[index]]\nurl = "https://uv/simple"\ndefault = true\n'),
    "old-uv.toml": 'index-url = "https://old-uv/simple"\n',
}
PIP = ("home/.pip/pip.conf", "config/pip/pip.conf", "venv/pip.conf")
UV = ("config/uv/uv.toml",)


@pytest.mark.parametrize(
    ("files", "variables", "expected"),
    [
        ((), {}, [PUBLIC_INDEX]),
        (PIP, {}, ["https://user/simple", "https://more/1", "https://more/2"]),
        (PIP[:1], {}, ["https://legacy/simple"]),
        (
            PIP,
            {"PIP_INDEX_URL": "https://env/simple/", "PIP_EXTRA_INDEX_URL": "https://a https://b"},
            ["https://env/simple", "https://a", "https://b"],
        ),
        (PIP, {"PIP_CONFIG_FILE": os.devnull}, [PUBLIC_INDEX]),
        ((*PIP, "own.conf"), {"PIP_CONFIG_FILE": "{}/own.conf"}, ["https://own/simple"]),
        (PIP, {"UV_INDEX_URL": "https://uv-env/simple"}, ["https://uv-env/simple", "https://more/1", "https://more/2"]),
        (
            (),
            {"UV_DEFAULT_INDEX": "corp=https://uv-env/simple", "UV_INDEX": "a=https://a b=https://b"},
            ["https://uv-env/simple", "https://a", "https://b"],
        ),
        (UV, {}, ["https://uv/simple", "https://uv-more/simple"]),
        (UV, {"UV_NO_CONFIG": "1"}, [PUBLIC_INDEX]),
        ((*UV, "old-uv.toml"), {"UV_CONFIG_FILE": "{}/old-uv.toml"}, ["https://old-uv/simple"]),
        ((*PIP, *UV), {}, ["https://user/simple", "https://more/1", "https://more/2", "https://uv-more/simple"]),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep these files elsewhere")
def test_the_index_is_the_one_that_the_user_configured(tmp_path, files, variables, expected):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FILES[name])
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    environ.update({key: value.format(tmp_path) for key, value in variables.items()})
    assert list(read_config(environ, tmp_path / "home", tmp_path / "venv", tmp_path / "etc").urls) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep these files elsewhere")
def test_certificates_proxies_and_patience_are_read_too(tmp_path):
    (tmp_path / "pip.conf").write_text("[global]\ncert = /a.pem\nproxy = proxy:3128\ntrusted-host = a\n  b:8080\nclient-cert = /c.pem\n")
    config = read_config({"PIP_TIMEOUT": "5", "REQUESTS_CA_BUNDLE": "/b.pem"}, tmp_path, tmp_path, tmp_path)
    assert config[1:] == ("/a.pem", "/c.pem", "proxy:3128", frozenset({"a", "b:8080"}), 5.0)
    assert read_config({"REQUESTS_CA_BUNDLE": "/b.pem"}, tmp_path, tmp_path / "no", tmp_path / "no").ca_bundle == "/b.pem"


def test_no_index_is_obeyed(tmp_path):
    with pytest.raises(KdoctorError, match="no package index"):
        read_config({"PIP_NO_INDEX": "1"}, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (PUBLIC_INDEX, PUBLIC_INDEX),
        ("https://me:secret@host:8080/simple?token=secret#secret", "https://***@host:8080/simple"),
        ("https://secret@host/simple", "https://***@host/simple"),
        ("https://[secret/simple", "(no URL)"),
    ],
)
def test_urls_are_shown_without_secrets(url, shown):
    assert redacted(url) == shown


# The command.


@pytest.fixture
def own_index(tmp_path, monkeypatch, shelf):
    """An index of one project in the user's folder, a cache, and pip pointed at the shelf."""
    path = tmp_path / "data" / "index.bin"
    path.parent.mkdir()
    path.write_bytes(
        index_file.write("2990-01-01", {"demo": index_file.Project((Release("1.0", tags=("py3-none-any",), requirements=()),))})
    )
    monkeypatch.setattr(knowledge_index, "own_path", lambda: str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:{SECRET}@127.0.0.1:{shelf.port}/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    knowledge_index.open_index.cache_clear()
    yield path
    knowledge_index.open_index.cache_clear()


def test_update_writes_the_users_own_index(shelf, own_index, tmp_path):
    shelf.add("demo", PURE.format("1.0"), b"", yanked="bad")
    shelf.add("demo", PURE.format("2.0"), wheel(metadata("a")))
    result = CliRunner().invoke(knowledge, ["update"], catch_exceptions=False)
    assert result.stdout == "1 new or changed: demo 2.0\n1 yanked: demo 1.0\n"
    assert SECRET not in result.output
    assert str(own_index) in result.stderr
    releases = Index(own_index.read_bytes(), "own").releases("demo")
    assert [(r.version, r.yanked_reason, r.requirements) for r in releases] == [("1.0", "bad", ()), ("2.0", None, ("a",))]
    assert not list(tmp_path.glob("cache/kdoctor/*"))
    knowledge_index.open_index.cache_clear()
    assert CliRunner().invoke(knowledge, ["update"]).stdout == "nothing new\n"
    assert CliRunner().invoke(knowledge, ["date"]).stdout == "2990-01-01\n"


def test_an_index_out_of_reach_leaves_the_knowledge_in_use(own_index, monkeypatch):
    before = own_index.read_bytes()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:{SECRET}@127.0.0.1:1/simple")
    with pytest.raises(KdoctorError) as caught:
        CliRunner().invoke(knowledge, ["update"], catch_exceptions=False)
    assert caught.value.message == (
        "the package index could not be reached at http://***@127.0.0.1:1/simple/demo/: Connection refused; "
        "the knowledge of 2990-01-01 stays in use"
    )
    assert own_index.read_bytes() == before


def test_a_project_that_kdoctor_does_not_know_is_refused(own_index):
    with pytest.raises(KdoctorError, match="no knowledge of strange") as caught:
        CliRunner().invoke(knowledge, ["update", "--project", "Strange"], catch_exceptions=False)
    assert "demo" in caught.value.hint
    assert own_index.exists()


def test_a_project_is_taken_up_where_that_is_asked_for(shelf, own_index):
    shelf.add("strange", PURE.format("1.0").replace("demo", "strange"), wheel(metadata("keras<3")))
    result = CliRunner().invoke(knowledge, ["update", "--add", "--project", "Strange"], catch_exceptions=False)
    assert result.stdout == "1 new or changed: strange 1.0\n"
    index = Index(own_index.read_bytes(), "own")
    assert index.projects == {"demo", "strange"}
    assert index.releases("strange")[0].requirements == ("keras<3",)


@pytest.mark.usefixtures("shelf")
def test_nothing_is_taken_up_under_a_name_that_the_index_lacks(own_index):
    result = CliRunner().invoke(knowledge, ["update", "--add", "--project", "strange"], catch_exceptions=False)
    assert (result.stdout, "no such project" in result.stderr) == ("nothing new\n", True)
    assert Index(own_index.read_bytes(), "own").projects == {"demo"}


def test_a_folder_that_cannot_be_written_is_told(shelf, own_index, monkeypatch):
    shelf.add("demo", PURE.format("1.0"), b"")
    monkeypatch.setattr(knowledge_index, "own_path", lambda: str(own_index / "below a file" / "index.bin"))
    with pytest.raises(KdoctorError, match="cannot be written"):
        CliRunner().invoke(knowledge, ["update"], catch_exceptions=False)


def test_paths_of_the_package_are_not_touched_without_embed(shelf, own_index):
    embedded = Path(knowledge_index.embedded_path())
    before = embedded.stat().st_mtime_ns
    shelf.add("demo", PURE.format("2.0"), wheel(metadata("a")))
    CliRunner().invoke(knowledge, ["update"], catch_exceptions=False)
    assert embedded.stat().st_mtime_ns == before
    assert own_index.exists()
