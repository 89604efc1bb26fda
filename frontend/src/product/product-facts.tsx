"use client";

import { useQuery } from "@tanstack/react-query";
import { Rating, stockLevel } from "@/catalogue/columns";
import { api } from "@/data/api";
import { type Product, productDetail } from "@/data/products";
import { EditButton } from "@/edit/edit-button";
import { useLiveChanges } from "@/live/use-live-changes";
import { dateTime } from "@/ui/dates";
import { money, words } from "@/ui/format";

/** What is known of a product. It follows changes that others make. */
export function ProductFacts({ product: first }: { product: Product }) {
  const { data: product = first } = useQuery({ ...productDetail(api, first.id), initialData: first });
  useLiveChanges("products");
  const level = stockLevel(product.stock);
  return (
    <div className="product-facts">
      <p className="product-brand">{words(product.brand)}</p>
      <h1>{product.name}</h1>
      <p className="product-rating">
        <Rating value={product.rating} count={product.review_count} />
      </p>
      <p className="product-price">{money(product.price, product.currency)}</p>
      <p>
        <span
          className="badge"
          data-tone={level === "good" ? "good" : level === "low" ? "warning" : "danger"}
        >
          {level === "none"
            ? "Sold out"
            : level === "low"
              ? `Only ${product.stock} left`
              : `${product.stock} in stock`}
        </span>
      </p>
      <p className="product-description">{product.description}</p>
      <dl className="facts">
        <dt>SKU</dt>
        <dd>
          <code>{product.sku}</code>
        </dd>
        <dt>Listed</dt>
        <dd>{dateTime(product.created_at)}</dd>
        <dt>Changed</dt>
        <dd>
          {dateTime(product.updated_at)} · version {product.version}
        </dd>
      </dl>
      <EditButton product={product} />
    </div>
  );
}
