export const IMPORT_FIELDS = [
  {
    name: "sku",
    label: "SKU",
    required: true,
    also: ["article", "articlenumber", "itemid", "productid", "id", "code"],
  },
  { name: "name", label: "Name", required: true, also: ["title", "product", "productname"] },
  { name: "category", label: "Category", required: true, also: ["group", "productcategory", "department"] },
  { name: "brand", label: "Brand", required: true, also: ["manufacturer", "vendor", "designer"] },
  { name: "price", label: "Price", required: true, also: ["saleprice", "listprice", "unitprice", "cost"] },
  { name: "currency", label: "Currency", required: true, also: [] },
  { name: "stock", label: "Stock", required: false, also: ["quantity", "qty", "inventory"] },
  { name: "description", label: "Description", required: false, also: ["shortdescription", "text"] },
  { name: "rating", label: "Rating", required: false, also: ["stars"] },
  { name: "image_url", label: "Picture", required: false, also: ["image", "picture", "imageurl"] },
] as const;

export type ImportField = (typeof IMPORT_FIELDS)[number]["name"];

/** Where a field's value comes from: a column of the file, or one value for every row. */
export interface Source {
  column: string;
  constant: string;
}

export type Mapping = Record<ImportField, Source>;

/** Columns whose names say what they are. */
export function guessed(names: readonly string[]): Mapping {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, "");
  const used = new Set<string>();
  const find = (wanted: readonly string[]) =>
    names.find((name) => !used.has(name) && wanted.includes(plain(name)));
  const entries = IMPORT_FIELDS.map(({ name, also }) => {
    const column = find([plain(name)]) ?? find(also) ?? "";
    used.add(column);
    return [name, { column, constant: "" }];
  });
  return Object.fromEntries(entries) as Mapping;
}

export function missing(mapping: Mapping): string[] {
  return IMPORT_FIELDS.filter(
    ({ name, required }) => required && !mapping[name].column && !mapping[name].constant.trim(),
  ).map(({ label }) => label);
}

/** The mapping as the API takes it. */
export function written(mapping: Mapping, decimal: string): string {
  const columns: Record<string, string> = {};
  const set: Record<string, string> = {};
  for (const { name } of IMPORT_FIELDS) {
    const { column, constant } = mapping[name];
    if (column) columns[name] = column;
    else if (constant.trim()) set[name] = constant.trim();
  }
  return JSON.stringify({ columns, set, decimal });
}
