"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { api } from "@/data/api";
import { suggestions } from "@/data/products";
import { money } from "@/ui/format";
import { Tile } from "./tile";

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Leave the box for the list, with the arrow key or Enter. */
  onLeave: () => void;
}

/** Searches while you type, and offers words and products. `/` puts the cursor here. */
export function SearchBox({ value, onChange, onLeave }: Props) {
  const router = useRouter();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const asked = useDeferredValue(value.trim());
  const found = useQuery({
    ...suggestions(api, asked),
    enabled: isOpen && asked.length > 0,
    placeholderData: (previous) => previous,
  });
  const completions = found.data?.completions.slice(0, 6) ?? [];
  const products = found.data?.products.slice(0, 4) ?? [];
  const count = completions.length + products.length;
  const shows = isOpen && asked.length > 0 && count > 0;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const pick = (index: number) => {
    const completion = completions[index];
    const product = products[index - completions.length];
    setOpen(false);
    if (completion !== undefined) onChange(completion);
    else if (product) router.push(`/products/${product.id}`);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
    else if (event.key === "Enter") {
      if (shows && chosen >= 0) pick(chosen);
      else onLeave();
      setOpen(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shows) return event.key === "ArrowDown" ? onLeave() : undefined;
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
    }
  };
  return (
    <div className="search">
      <svg aria-hidden viewBox="0 0 20 20" className="search-icon">
        <path d="M9 3.5a5.5 5.5 0 1 0 .01 0M13 13l4 4" />
      </svg>
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Search products"
        aria-expanded={shows}
        aria-controls={`${id}-list`}
        aria-activedescendant={shows && chosen >= 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder="Search names, descriptions, SKUs"
        className="search-input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setChosen(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <kbd aria-hidden className="search-key">
        /
      </kbd>
      <div id={`${id}-list`} role="listbox" aria-label="Suggestions" hidden={!shows} className="suggestions">
        {completions.map((completion, index) => (
          <Option key={completion} id={`${id}-${index}`} chosen={index === chosen} onPick={() => pick(index)}>
            <span className="suggestion-word">{completion}</span>
          </Option>
        ))}
        {products.map((product, index) => (
          <Option
            key={product.id}
            id={`${id}-${index + completions.length}`}
            chosen={index + completions.length === chosen}
            onPick={() => pick(index + completions.length)}
          >
            <Tile category={product.category ?? ""} />
            <span className="suggestion-name">{product.name}</span>
            <span className="suggestion-price">{money(product.price ?? 0, product.currency ?? "EUR")}</span>
          </Option>
        ))}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  chosen: boolean;
  onPick: () => void;
  children: React.ReactNode;
}

function Option({ id, chosen, onPick, children }: OptionProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      className="suggestion"
      // Before the click, the box would lose the focus and the list would close.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      {children}
    </div>
  );
}
