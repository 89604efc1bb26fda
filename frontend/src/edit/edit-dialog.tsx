"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, unwrap } from "@/data/api";
import { ApiError } from "@/data/problem";
import { categories, type Product, productDetail, productFacets } from "@/data/products";
import { write } from "@/data/write";
import { Refusal } from "@/ui/refusal";
import { Conflict } from "./conflict";
import { changesOf, type Draft, draftOf, FIELDS } from "./fields";
import { FormField } from "./form-field";

interface Props {
  product: Product;
  onClose: () => void;
}

/**
 * Changes a product, if it is still the version that the form began with. When somebody else was quicker, both
 * changes are shown side by side and nothing is lost: theirs is taken where it is not chosen otherwise.
 */
export function EditDialog({ product, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [began, setBegan] = useState(product);
  const [draft, setDraft] = useState<Draft>(() => draftOf(product));
  const [theirs, setTheirs] = useState<Product | null>(null);
  const tree = useQuery(categories(api));
  const brands = useQuery(productFacets(api, {}));
  useEffect(() => dialog.current?.showModal(), []);

  const save = useMutation<Product, Error>({
    mutationFn: () =>
      write("PATCH", `/products/${began.id}`, { body: changesOf(draft, began), version: began.version }),
    onSuccess: (saved) => {
      client.setQueryData(["products", "detail", saved.id], saved);
      client.invalidateQueries({ queryKey: ["products"] });
      onClose();
    },
    onError: async (error) => {
      if (error instanceof ApiError && error.status === 412) {
        const path = { identity: began.id };
        setTheirs((await unwrap(api.GET("/api/v1/products/{identity}", { params: { path } }))) as Product);
        client.invalidateQueries({ queryKey: productDetail(api, began.id).queryKey });
      }
    },
  });
  const refused = save.error instanceof ApiError && save.error.status !== 412 ? save.error : null;
  const resolve = (resolved: Draft) => {
    if (!theirs) return;
    setDraft(resolved);
    setBegan(theirs);
    setTheirs(null);
    save.reset();
  };
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (Object.keys(changesOf(draft, began)).length === 0) return onClose();
    save.mutate();
  };
  return (
    <dialog ref={dialog} className="dialog dialog-wide" aria-labelledby="edit-title" onClose={onClose}>
      {theirs ? (
        <Conflict began={began} theirs={theirs} draft={draft} onResolve={resolve} />
      ) : (
        <form className="form" onSubmit={submit} noValidate>
          <h2 id="edit-title" className="dialog-title">
            Edit {product.sku}
          </h2>
          <div className="form-grid">
            {FIELDS.map((field) => (
              <FormField
                key={field.name}
                field={field}
                value={draft[field.name]}
                message={refused?.fieldMessage(field.name)}
                options={
                  field.kind === "category"
                    ? slugs(tree.data)
                    : field.kind === "brand"
                      ? values(brands.data?.brand)
                      : undefined
                }
                onChange={(value) => setDraft({ ...draft, [field.name]: value })}
              />
            ))}
          </div>
          {refused && (
            <Refusal
              error={refused}
              doing="Changing products"
              result="Nothing was changed"
              gone="This product is gone, or this API does not take changes."
            />
          )}
          <div className="form-actions">
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" className="button button-primary" disabled={save.isPending}>
              {save.isPending ? "Saving…" : "Save"}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

function slugs(tree: readonly { slug: string; label: string }[] | undefined) {
  return tree?.map(({ slug, label }) => ({ value: slug, label }));
}

function values(facet: readonly { value: string; label: string }[] | undefined) {
  return facet?.map(({ value, label }) => ({ value, label }));
}
