"""What stands in for values that break the schema, so that the rest of a file is checked as well.

A file with one misspelt key should not hide its ten wrong expressions. What is found here is used
to look for errors and for nothing else: a protocol with a stand-in is never handed out.
"""

from __future__ import annotations

import copy
import typing
from collections.abc import Mapping
from types import UnionType

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from remit.protocol import schema
from remit.text_files import KeyPath

_ROUNDS = 8
_WORD = "x"


def validated(
    data: Mapping[str, object], context: Mapping[str, object]
) -> tuple[schema.Protocol | None, tuple[ErrorDetails, ...]]:
    """The protocol of a file's values, with stand-ins for what is wrong, and all that is wrong.

    None where so much is wrong that nothing can stand in for it.
    """
    held = dict(data)
    found: list[ErrorDetails] = []
    for _ in range(_ROUNDS):
        try:
            return schema.Protocol.model_validate(held, context=dict(context)), tuple(found)
        except ValidationError as error:
            held = held if found else copy.deepcopy(held)
            # What is wrong with a part that was mended before comes of the stand-in.
            mended = [tuple(known["loc"]) for known in found]
            new = [
                one
                for one in error.errors()
                if not any(tuple(one["loc"]) == path[: len(one["loc"])] for path in mended)
                and not any(tuple(one["loc"])[: len(path)] == path for path in mended)
            ]
            # The values are kept as they were: they are mended in place.
            found += [{**one, "input": copy.deepcopy(one["input"])} for one in new]
            for one in error.errors():
                _mend(held, one)
    return None, tuple(found)


def _mend(data: dict[str, object], error: ErrorDetails) -> None:
    path = list(error["loc"])
    holder: object = data
    walked: list[str | int] = []
    for key in path[:-1]:
        inner = _inside(holder, key)
        if not isinstance(inner, dict | list):
            break
        holder = inner
        walked.append(key)
    key = path[len(walked)] if len(walked) < len(path) else path[-1]
    if error["type"] == "extra_forbidden" and isinstance(holder, dict):
        holder.pop(str(key), None)
        return
    if error["type"] == "value_error":
        inner = _inside(holder, key)
        if isinstance(inner, dict) and _mend_whole(inner):
            return
    field = _field_at((*walked, key))
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        holder[key] = _stand_in(field.annotation) if field is not None else _WORD
    elif isinstance(holder, dict):
        if field is None or not field.is_required():
            holder.pop(str(key), None)
        else:
            holder[str(key)] = _stand_in_of(field)


def _inside(holder: object, key: str | int) -> object:
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        return holder[key]
    return None


def _mend_whole(item: dict[str, object]) -> bool:
    """Mend an item whose values fit one by one and not together; False where nothing is known."""
    if "anchor" in item or "window" in item:  # a visit has one time
        item.pop("month", None)
        item["week"] = 0
    elif "page" in item:  # lines in order
        item.pop("first_line", None)
        item.pop("last_line", None)
    elif item.get("type") == "literal":
        item.update(value=item.get("value") or item.get("default") or "1 days")
        item.pop("options", None)
        item.pop("default", None)
    elif "ground" in item:
        item.pop("value", None)
        options = item.get("options") or {_WORD: _WORD}
        item["options"] = options
        item["default"] = next(iter(options)) if isinstance(options, dict) else _WORD
    else:
        return False
    return True


def _field_at(path: KeyPath) -> FieldInfo | None:
    """The field of the schema at a path of keys and positions; None where none is known."""
    model: type[BaseModel] | None = schema.Protocol
    field: FieldInfo | None = None
    for key in path:
        if isinstance(key, int):
            continue
        if model is None:
            return None
        field = model.model_fields.get(key)
        if field is None:
            # A name of a mapping, such as that of a parameter: its values are of one model.
            continue
        model = _model_in(field.annotation)
    return field


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)


def _stand_in_of(field: FieldInfo) -> object:
    value = _stand_in(field.annotation)
    filled = any(getattr(rule, "min_length", 0) for rule in field.metadata)
    if value == [] and filled:
        items = [part for part in typing.get_args(field.annotation) if part is not Ellipsis]
        return [_stand_in(items[0])]
    if value == {} and filled:
        return {_WORD: _WORD}
    return value


def _stand_in(annotation: object) -> object:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _stand_in(parts[0])
    if origin is typing.Literal:
        return parts[0]
    if origin in {typing.Union, UnionType}:
        return _stand_in(parts[0])
    if origin is tuple:
        return []
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return {name: _stand_in_of(field) for name, field in fields if field.is_required()}
    return 1 if annotation is int else _WORD
