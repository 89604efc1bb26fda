"""From the contract to requests: one hostile value at a time, in a request that is otherwise right."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from loadtests.hostile import values

Headers = list[tuple[bytes, bytes]]
_MARK = "@@hostile@@"
_THERE = {"identity": "1", "document": "1", "slug": "cameras", "sku": "CTL-00000001"}
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_BOUNDARY = b"hostile"


@dataclass(frozen=True)
class Case:
    """One request; `name` says what is hostile about it and where."""

    name: str
    method: str
    path: str
    query: bytes = b""
    headers: Headers = field(default_factory=list)
    body: bytes = b""


def cases(document: Mapping[str, Any], *, everything: bool) -> Iterator[Case]:
    """Every operation of the contract with every value in every place, or with the most important ones."""
    for template, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _Operation(
                document, template, method.upper(), operation, everything=everything
            ).cases()


class _Operation:
    def __init__(
        self,
        document: Mapping[str, Any],
        template: str,
        method: str,
        operation: Mapping[str, Any],
        *,
        everything: bool,
    ) -> None:
        self._document = document
        self._template = template
        self._method = method
        self._operation = operation
        self._everything = everything
        self._path = _filled(template, _THERE)
        self._right_headers: Headers = []
        self._right_body = b""

    def cases(self) -> Iterator[Case]:
        content = self._operation.get("requestBody", {}).get("content", {})
        if _JSON in content:
            self._right_headers = [(b"content-type", _JSON.encode())]
            self._right_body = json.dumps(self._right(content[_JSON]["schema"])).encode()
        for parameter in self._operation.get("parameters", []):
            yield from self._parameter(parameter["in"], parameter["name"])
        yield from self._header_lines()
        self._right_headers = []
        for media_type, described in content.items():
            schema = self._resolved(described["schema"])
            if media_type == _MULTIPART:
                yield from self._multipart(schema)
            elif media_type == _FORM:
                yield from self._form(schema)
            else:
                yield from self._json(media_type, schema)

    def _case(self, where: str, value: str, **parts: Any) -> Case:
        name = f"{self._method} {self._template}, {where}: {value}"
        headers = [*self._right_headers, *parts.pop("headers", [])]
        return Case(
            name, self._method, **{"path": self._path, "body": self._right_body, **parts, "headers": headers}
        )

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        names = values.TEXT if self._everything else values.REQUIRED_TEXT
        return ((name, values.TEXT[name]) for name in names)

    def _parameter(self, place: str, name: str) -> Iterator[Case]:
        if place == "header":
            return
        for value, text in self._texts():
            if place == "query":
                yield self._case(f"query {name}", value, query=name.encode() + b"=" + text)
            else:
                path = _filled(self._template, {**_THERE, name: unquote(text.decode(), errors="replace")})
                yield self._case(f"path {name}", value, path=path)

    def _header_lines(self) -> Iterator[Case]:
        for header in values.HEADER_NAMES if self._everything else values.HEADER_NAMES[:9]:
            for value, text in values.HEADERS.items() if self._everything else [("NUL", b"a\x00\xff")]:
                yield self._case(f"header {header.decode()}", value, headers=[(header, text)])

    def _json(self, media_type: str, schema: Mapping[str, Any]) -> Iterator[Case]:
        headers = [(b"content-type", media_type.encode())]
        right = self._right(schema)
        chosen = values.JSON if self._everything else values.REQUIRED_JSON
        for where, marked in self._marked(schema, right):
            text = json.dumps(marked).encode()
            for value in chosen:
                body = text.replace(f'"{_MARK}"'.encode(), values.JSON[value])
                yield self._case(f"body {where}", value, headers=headers, body=body)
            twice = json.dumps(right).encode()
            key = json.dumps(where.rpartition(".")[2]).encode()
            if twice.startswith(b"{") and len(twice) > 2:
                doubled = b"{" + key + b":1," + key + b":1," + twice[1:]
                yield self._case(f"body {where}", "a key twice", headers=headers, body=doubled)
        for value in values.BODIES if self._everything else values.REQUIRED_JSON:
            yield self._case("body", value, headers=headers, body=values.BODIES[value])

    def _form(self, schema: Mapping[str, Any]) -> Iterator[Case]:
        for name in schema["properties"]:
            for value, text in self._texts():
                body = name.encode() + b"=" + text
                yield self._case(
                    f"form {name}", value, headers=[(b"content-type", _FORM.encode())], body=body
                )

    def _multipart(self, schema: Mapping[str, Any]) -> Iterator[Case]:
        headers = [(b"content-type", b"multipart/form-data; boundary=" + _BOUNDARY)]
        for name in (*schema["properties"], "unknown"):
            for value in values.JSON if self._everything else values.REQUIRED_JSON:
                body = _part(b'name="%s"' % name.encode(), values.JSON[value])
                yield self._case(f"form {name}", value, headers=headers, body=body)
        for value, text in self._texts():
            raw = unquote(text.decode(), errors="replace").encode()[:5_000]
            body = _part(b'name="file"; filename="%s"' % raw, b"sku,name\n")
            yield self._case("form file name", value, headers=headers, body=body)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self._document["components"]["schemas"][name]
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._resolved(schema[key][0])
        return schema

    def _right(self, schema: Mapping[str, Any]) -> Any:
        """A value that fits a schema well enough to get past its first checks."""
        schema = self._resolved(schema)
        for known in ("const", "default"):
            if schema.get(known) is not None:
                return schema[known]
        for known in ("examples", "enum"):
            if schema.get(known):
                return schema[known][0]
        match schema.get("type"):
            case "object":
                needed = schema.get("required") or list(schema.get("properties", {}))[:1]
                return {name: self._right(schema["properties"][name]) for name in needed}
            case "array":
                return [self._right(schema.get("items", {}))]
            case "integer" | "number":
                return max(1, schema.get("minimum", 1))
            case _:
                return "a" * max(3, schema.get("minLength", 3))

    def _marked(self, schema: Mapping[str, Any], right: Any) -> Iterator[tuple[str, Any]]:
        """The value with a mark in one place, for each place there is."""
        schema = self._resolved(schema)
        if schema.get("type") == "array" or (isinstance(right, list) and right):
            for where, marked in self._marked(schema.get("items", {}), right[0] if right else {}):
                yield f"0.{where}", [marked]
            return
        known = right if isinstance(right, dict) else {}
        for name, inner in schema.get("properties", {}).items():
            yield name, {**known, name: _MARK}
            if self._resolved(inner).get("type") in {"object", "array"}:
                value = known.get(name, self._right(inner))
                for where, marked in self._marked(inner, value):
                    yield f"{name}.{where}", {**known, name: marked}


def _filled(template: str, there: Mapping[str, str]) -> str:
    for name, value in there.items():
        template = template.replace("{" + name + "}", value)
    return template


def _part(described: bytes, content: bytes) -> bytes:
    start = b"--" + _BOUNDARY + b"\r\nContent-Disposition: form-data; " + described
    return start + b"\r\n\r\n" + content + b"\r\n--" + _BOUNDARY + b"--\r\n"
