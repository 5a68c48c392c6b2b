"""The grammar of XLSForm expressions: text in, a small tree out; nothing is evaluated here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST_NESTING = 40

# Possessive quantifiers: a token is found or refused in one pass, whatever the text holds.
_TOKEN = re.compile(
    r"""\s*+(?:
        (?P<number>[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)
      | (?P<reference>\$\{[^{}]*+\})
      | (?P<text>'[^']*+'|"[^"]*+")
      | (?P<name>[^\W\d][\w.\-]*+(?::[^\W\d][\w.\-]*+)?+)
      | (?P<sign><=|>=|!=|\.\.|//|[-+*=<>()\[\],/.@])
    )""",
    re.VERBOSE,
)

_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)


class ExpressionError(ValueError):
    """An expression that cannot be read or evaluated, with the place and the reason.

    Attributes
    ----------
    text : str
        The whole expression.
    position : int
        Index of the character where it fails, from 0.
    problem : str
        Reason: "syntax", "unknown function", "unknown name", "number of arguments", "not supported",
        "nested too deeply".
    value : str
        What was seen there.
    """

    def __init__(self, text: str, position: int, *, problem: str, value: str) -> None:
        super().__init__(f"{problem}: {value!r} at character {position + 1} of {text!r}")
        self.text = text
        self.position = position
        self.problem = problem
        self.value = value


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text in quotes."""

    value: str | float
    position: int


@dataclass(frozen=True, slots=True)
class Reference:
    """``${name}``, or ``.`` for the question itself."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node", ...]
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    """Operators of one precedence, from left to right: first, then (operator, operand) pairs."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before an operand."""

    operand: "Node"
    position: int


@dataclass(frozen=True, slots=True)
class Location:
    """A location path: where it starts, its steps and the conditions in square brackets.

    A path of one bare name, such as ``met`` where ``${met}`` was meant, has no start and one step.
    """

    start: "Node | None"
    steps: tuple[str, ...]
    conditions: tuple["Node", ...]
    position: int


Node = Literal | Reference | Call | Operation | Negation | Location


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign of an expression."""

    kind: str
    text: str
    position: int


def parse(text: str) -> Node:
    """Parse one expression.

    Raises
    ------
    ExpressionError
        With the character at which the text stops being an expression.
    """
    return _Parser(text).whole()


def tokens(text: str) -> tuple[Token, ...]:
    """Cut an expression into tokens, in time linear in its length, ending with an empty one."""
    found = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position, end)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:end]) - len(text[position:end].lstrip())
            raise ExpressionError(text, start, problem="syntax", value=text[start])
        kind = match.lastgroup
        found.append(Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    return (*found, Token("end", "", end))


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node."""
    match node:
        case Call(arguments=parts):
            return parts
        case Operation(first=first, rest=rest):
            return (first, *(operand for _, operand in rest))
        case Negation(operand=operand):
            return (operand,)
        case Location(start=start, conditions=conditions):
            return conditions if start is None else (start, *conditions)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for part in children(node):
        yield from walk(part)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._token.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _unexpected(self) -> ExpressionError:
        token = self._token
        return ExpressionError(self._text, token.position, problem="syntax", value=token.text)

    def _is(self, *texts: str) -> bool:
        return self._token.kind in {"sign", "name"} and self._token.text in texts

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._unexpected()
        self._at += 1

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            position = self._token.position
            raise ExpressionError(self._text, position, problem="nested too deeply", value=self._token.text)
        node = self._level(0)
        self._depth -= 1
        return node

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._signed()
        first = self._level(level + 1)
        rest = []
        while self._is(*_LEVELS[level]):
            operator = self._next().text
            rest.append((operator, self._level(level + 1)))
        return Operation(first, tuple(rest), first.position) if rest else first

    def _signed(self) -> Node:
        start, minus = self._token.position, False
        while self._is("-"):
            self._at += 1
            minus = not minus
        negated = start != self._token.position
        operand = self._located()
        if not negated:
            return operand
        return Negation(operand if minus else Negation(operand, start), start)

    def _located(self) -> Node:
        start = self._token.position
        if self._starts_path():
            return self._path(None, start)
        node = self._primary()
        return self._path(node, start) if self._is("/", "//", "[") else node

    def _starts_path(self) -> bool:
        if self._token.kind == "name":
            following = self._tokens[self._at + 1]
            return following.text != "(" or following.kind != "sign"
        return self._is("..", "/", "//", "*", "@")

    def _primary(self) -> Node:
        token = self._token
        read = _PRIMARIES.get(token.kind) or _PRIMARIES.get(token.text)
        if read is None:
            raise self._unexpected()
        return read(self, self._next())

    def number(self, token: Token) -> Node:
        return Literal(float(token.text), token.position)

    def quoted(self, token: Token) -> Node:
        return Literal(token.text[1:-1], token.position)

    def reference(self, token: Token) -> Node:
        return Reference(token.text[2:-1].strip(), token.position)

    def itself(self, token: Token) -> Node:
        return Reference(".", token.position)

    def bracketed(self, _: Token) -> Node:
        node = self._expression()
        self._expect(")")
        return node

    def call(self, token: Token) -> Node:
        self._expect("(")
        arguments: list[Node] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._expression())
        self._expect(")")
        return Call(token.text, tuple(arguments), token.position)

    def _path(self, start: Node | None, position: int) -> Node:
        steps: list[str] = []
        conditions: list[Node] = []
        if start is None and not self._is("/", "//"):
            steps.append(self._step())
        while self._is("/", "//", "["):
            if self._next().text == "[":
                conditions.append(self._expression())
                self._expect("]")
            else:
                steps.append(self._step())
        return Location(start, tuple(steps), tuple(conditions), position)

    def _step(self) -> str:
        mark = self._next().text if self._is("@") else ""
        if self._token.kind != "name" and not self._is(".", "..", "*"):
            raise self._unexpected()
        return mark + self._next().text


_PRIMARIES = {
    "number": _Parser.number,
    "text": _Parser.quoted,
    "reference": _Parser.reference,
    "name": _Parser.call,
    ".": _Parser.itself,
    "(": _Parser.bracketed,
}
