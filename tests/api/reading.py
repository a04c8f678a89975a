"""Reading a page as its reader does: balance of tags, text, attributes."""

from html.parser import HTMLParser

from fastapi.testclient import TestClient

VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """A page read as a tree of tags: balance, text, attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.faults += self.open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(client: TestClient, path: str, lang: str = "fr") -> Page:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": lang})
    assert answer.headers["content-language"] == lang
    return Page(answer.text)
