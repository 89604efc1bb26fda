"""The list engine: a collection is declared once; requests become SQL, rows become bytes."""
