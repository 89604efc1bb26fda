"""Catalogue: any filter, any sort, any row number of a product catalogue, in milliseconds."""

__version__ = "0.1.0"
