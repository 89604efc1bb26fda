import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import type { SearchParams } from "nuqs/server";
import { CatalogueView } from "@/catalogue/catalogue-view";
import { loadState } from "@/catalogue/load-state";
import { filtersOf } from "@/catalogue/url-state";
import { pageOffset, pageQuery } from "@/data/list-source";
import { categories, productFacets, productList } from "@/data/products";
import { serverClient } from "@/data/query-clients";
import { isPhone, serverApi } from "@/server/caller";
import { words } from "@/ui/format";

interface Props {
  searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const state = await loadState(searchParams);
  const about = [state.q && `“${state.q}”`, ...state.category.map(words), ...state.brand.map(words)].filter(
    Boolean,
  );
  return about.length > 0 ? { title: about.slice(0, 3).join(", ") } : { title: "Products" };
}

/**
 * The rows that the address asks for are in the first HTML, and the filters where they are beside them; what fails here
 * is asked again by the browser.
 */
export default async function CataloguePage({ searchParams }: Props) {
  const state = await loadState(searchParams);
  const filters = filtersOf(state);
  const api = await serverApi();
  const client = serverClient();
  const beside = (await isPhone()) ? [] : [productFacets(api, filters), categories(api)];
  await Promise.all([
    client.prefetchQuery(pageQuery(productList(api, filters), pageOffset(state.row - 1))),
    ...beside.map((query) => client.prefetchQuery<unknown>(query)),
  ]);
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <h1 className="sr-only">Products</h1>
      <CatalogueView />
    </HydrationBoundary>
  );
}
