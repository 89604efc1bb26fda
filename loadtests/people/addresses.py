"""Where the API is."""

API = "/api/v1"
PRODUCTS = f"{API}/products"
