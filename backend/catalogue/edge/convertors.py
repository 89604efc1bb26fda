"""What an id in an address looks like."""

from starlette.convertors import Convertor, register_url_convertor


class NumberConvertor(Convertor[str]):
    """What may be meant as a number, unread: `/products/stats` is no product, so that a write there is 405."""

    regex = "[-+0-9][^/]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("number", NumberConvertor())
NUMBER_PATH = "/{identity:number}"
