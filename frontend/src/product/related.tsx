import { Rating } from "@/catalogue/columns";
import { Tile } from "@/catalogue/tile";
import type { ProductRow } from "@/data/products";
import { money, words } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";

type RelatedProduct = Partial<ProductRow> & { id: number };

export function Related({ products, category }: { products: readonly RelatedProduct[]; category: string }) {
  if (products.length === 0) return null;
  return (
    <section className="section">
      <h2>Best rated in {words(category).toLowerCase()}</h2>
      <ul className="related">
        {products.map((product) => (
          <li key={product.id}>
            <PlaceLink href={`/products/${product.id}`} className="related-card">
              <Tile category={product.category ?? category} className="tile-wide" />
              <span className="related-name">{product.name}</span>
              <span className="card-meta">
                <Rating value={product.rating ?? 0} count={product.review_count ?? 0} />
              </span>
              <b>{money(product.price ?? 0, product.currency ?? "EUR")}</b>
            </PlaceLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
