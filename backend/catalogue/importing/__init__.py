"""Products from CSV and NDJSON files: read, checked, staged by COPY, upserted by SKU in one transaction."""
