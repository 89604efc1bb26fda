import type { ProductRow } from "@/data/products";
import { cut } from "@/grid/cut";
import type { Column } from "@/grid/table-head";
import { compact, money, words } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";
import { pictureStyle, Tile } from "./tile";

export const COLUMNS: readonly Column[] = [
  { id: "name", label: "Product", sort: "name" },
  { id: "brand", label: "Brand" },
  { id: "category", label: "Category" },
  { id: "rating", label: "Rating", sort: "rating", numeric: true },
  { id: "stock", label: "Stock", sort: "stock", numeric: true },
  { id: "price", label: "Price", sort: "price", numeric: true },
];

/** The cells of one product in the table: as few elements as it takes, for each is moved in every frame of scrolling. */
export function productCells(product: ProductRow) {
  const brand = words(product.brand);
  const category = words(product.category);
  return (
    <>
      <div role="gridcell" className="cell cell-name">
        <i className="cell-picture" style={pictureStyle(product.category)} />
        <PlaceLink
          href={`/products/${product.id}`}
          tabIndex={-1}
          className={`cell-link${cut(product.name, 32)}`}
        >
          {product.name}
          <small>{product.sku}</small>
        </PlaceLink>
      </div>
      <div role="gridcell" className={`cell cell-brand${cut(brand, 14)}`}>
        {brand}
      </div>
      <div role="gridcell" className={`cell cell-category${cut(category, 14)}`}>
        {category}
      </div>
      <div
        role="gridcell"
        className="cell cell-number cell-rating"
        data-rated={product.review_count > 0 || undefined}
      >
        {product.review_count > 0
          ? `${product.rating.toFixed(1)} (${compact(product.review_count)})`
          : "not rated"}
      </div>
      <div role="gridcell" className="cell cell-number cell-stock" data-level={stockLevel(product.stock)}>
        {product.stock === 0 ? "Sold out" : product.stock}
      </div>
      <div role="gridcell" className="cell cell-number cell-price">
        {money(product.price, product.currency)}
      </div>
    </>
  );
}

export function productCard(product: ProductRow) {
  return (
    <>
      <Tile category={product.category} className="tile-wide" />
      <PlaceLink href={`/products/${product.id}`} tabIndex={-1} className="card-name">
        {product.name}
      </PlaceLink>
      <span className="card-meta">
        {words(product.brand)} · <Rating value={product.rating} count={product.review_count} />
      </span>
      <span className="card-price">
        {money(product.price, product.currency)}
        <small data-level={stockLevel(product.stock)}>
          {product.stock === 0 ? "Sold out" : `${product.stock} in stock`}
        </small>
      </span>
    </>
  );
}

export function stockLevel(stock: number): "none" | "low" | "good" {
  return stock === 0 ? "none" : stock < 10 ? "low" : "good";
}

/** One text node where there is no rating, two elements where there is. */
export function Rating({ value, count }: { value: number; count: number }) {
  if (count === 0) return "not rated";
  return (
    <>
      <b className="rating">{value.toFixed(1)}</b> ({compact(count)})
    </>
  );
}
