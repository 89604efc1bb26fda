import type { Product } from "@/data/products";

export interface Field {
  name: Editable;
  label: string;
  kind: "text" | "name" | "number" | "long" | "category" | "brand";
}

export type Editable =
  | "name"
  | "description"
  | "category"
  | "brand"
  | "price"
  | "currency"
  | "stock"
  | "image_url";
export type Draft = Record<Editable, string>;

export const FIELDS: readonly Field[] = [
  { name: "name", label: "Name", kind: "name" },
  { name: "description", label: "Description", kind: "long" },
  { name: "category", label: "Category", kind: "category" },
  { name: "brand", label: "Brand", kind: "brand" },
  { name: "price", label: "Price", kind: "number" },
  { name: "currency", label: "Currency", kind: "text" },
  { name: "stock", label: "Stock", kind: "number" },
  { name: "image_url", label: "Picture (address)", kind: "text" },
];

export function draftOf(product: Product): Draft {
  const text = (name: Editable) =>
    name === "price" ? product.price.toFixed(2) : String(product[name] ?? "");
  return Object.fromEntries(FIELDS.map(({ name }) => [name, text(name)])) as Draft;
}

/** The fields of `draft` that differ from `product`, as the API takes them. */
export function changesOf(draft: Draft, product: Product): Partial<Record<Editable, string | number | null>> {
  const before = draftOf(product);
  const changed = FIELDS.filter(({ name }) => draft[name] !== before[name]);
  return Object.fromEntries(
    changed.map(({ name, kind }) => {
      const text = draft[name].trim();
      if (kind === "number") return [name, text === "" ? null : Number(text.replace(",", "."))];
      return [name, name === "image_url" && text === "" ? null : text];
    }),
  );
}

/** What somebody else changed: fields where `theirs` differs from what this form began with. */
export function changedBetween(began: Product, theirs: Product): Editable[] {
  const [one, other] = [draftOf(began), draftOf(theirs)];
  return FIELDS.map(({ name }) => name).filter((name) => one[name] !== other[name]);
}
