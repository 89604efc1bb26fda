"use client";

import { useId } from "react";
import type { Field } from "./fields";

interface Props {
  field: Field;
  value: string;
  /** Why the API refused the value. */
  message: string | undefined;
  options: readonly { value: string; label: string }[] | undefined;
  onChange: (value: string) => void;
}

export function FormField({ field, value, message, options, onChange }: Props) {
  const id = useId();
  const common = {
    id,
    className: "field",
    value,
    "aria-invalid": message !== undefined,
    "aria-describedby": message ? `${id}-message` : undefined,
  };
  return (
    <div className={`form-field form-field-${field.kind}`}>
      <label htmlFor={id}>{field.label}</label>
      {field.kind === "long" ? (
        <textarea {...common} rows={4} onChange={(event) => onChange(event.target.value)} />
      ) : options ? (
        <select {...common} onChange={(event) => onChange(event.target.value)}>
          {!options.some((option) => option.value === value) && <option value={value}>{value}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          inputMode={field.kind === "number" ? "decimal" : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {message && <small id={`${id}-message`}>{message}</small>}
    </div>
  );
}
