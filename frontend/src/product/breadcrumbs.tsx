import type { Product } from "@/data/products";
import { words } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";

export function Breadcrumbs({ product }: { product: Pick<Product, "category"> }) {
  return (
    <nav aria-label="Breadcrumbs" className="breadcrumbs">
      <PlaceLink href="/">Products</PlaceLink>
      <span aria-hidden>/</span>
      <PlaceLink href={`/?category=${encodeURIComponent(product.category)}`}>
        {words(product.category)}
      </PlaceLink>
    </nav>
  );
}
