import Link from "next/link";
import type { Product } from "@/data/products";
import { words } from "@/ui/format";

export function Breadcrumbs({ product }: { product: Pick<Product, "category"> }) {
  return (
    <nav aria-label="Breadcrumbs" className="breadcrumbs">
      <Link href="/">Products</Link>
      <span aria-hidden>/</span>
      <Link href={`/?category=${encodeURIComponent(product.category)}`}>{words(product.category)}</Link>
    </nav>
  );
}
