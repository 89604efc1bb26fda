import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import { unwrap } from "@/data/api";
import { relatedProducts } from "@/data/history";
import { ApiError } from "@/data/problem";
import type { Product } from "@/data/products";
import { Breadcrumbs } from "@/product/breadcrumbs";
import { History } from "@/product/history";
import { ProductFacts } from "@/product/product-facts";
import { ProductJsonLd } from "@/product/product-json-ld";
import { ProductPicture } from "@/product/product-picture";
import { Related } from "@/product/related";
import { serverApi } from "@/server/caller";
import { money, words } from "@/ui/format";
import "@/styles/pages.css";

interface Props {
  params: Promise<{ id: string }>;
}

/** Read once for the page and its metadata. */
const readProduct = cache(async (id: string): Promise<Product> => {
  if (!/^[1-9]\d{0,17}$/.test(id)) notFound();
  const api = await serverApi();
  try {
    const path = { identity: Number(id) };
    return (await unwrap(api.GET("/api/v1/products/{identity}", { params: { path } }))) as Product;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 422)) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const product = await readProduct((await params).id);
  const price = money(product.price, product.currency);
  const stock = product.stock > 0 ? `${product.stock} in stock` : "sold out";
  const description =
    `${product.name} by ${words(product.brand)}: ${price}, ${stock}. ${product.description}`.slice(0, 160);
  return {
    title: product.name,
    description,
    openGraph: { title: product.name, description, ...(product.image_url && { images: product.image_url }) },
    metadataBase: await ownAddress(),
    alternates: { canonical: `/products/${product.id}` },
  };
}

/** The address that the browser used: behind a proxy, the one that the proxy tells of. */
async function ownAddress(): Promise<URL | null> {
  const asked = await headers();
  const host = asked.get("x-forwarded-host") ?? asked.get("host") ?? "";
  const protocol = asked.get("x-forwarded-proto")?.split(",")[0] === "https" ? "https" : "http";
  return URL.canParse(`${protocol}://${host}`) ? new URL(`${protocol}://${host}`) : null;
}

export default async function ProductPage({ params }: Props) {
  const product = await readProduct((await params).id);
  const related = await relatedProducts(await serverApi(), product).catch(() => []);
  return (
    <article className="page product">
      <ProductJsonLd product={product} />
      <Breadcrumbs product={product} />
      <div className="product-main">
        <ProductPicture url={product.image_url} category={product.category} name={product.name} />
        <ProductFacts product={product} />
      </div>
      <Related products={related} category={product.category} />
      <History id={product.id} />
    </article>
  );
}
