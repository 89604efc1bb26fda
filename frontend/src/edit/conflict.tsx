"use client";

import { useState } from "react";
import type { Product } from "@/data/products";
import { shown } from "@/product/history";
import { dateTime } from "@/ui/dates";
import { changedBetween, changesOf, type Draft, draftOf, type Editable, FIELDS } from "./fields";

interface Props {
  /** What the form began with, what is there now, and what was typed. */
  began: Product;
  theirs: Product;
  draft: Draft;
  onResolve: (resolved: Draft) => void;
}

/** Somebody changed the product meanwhile: what differs, field by field, and whose value shall stand. */
export function Conflict({ began, theirs, draft, onResolve }: Props) {
  const changedByThem = changedBetween(began, theirs);
  const changedByMe = Object.keys(changesOf(draft, began)) as Editable[];
  const both = changedByThem.filter((name) => changedByMe.includes(name));
  const [mine, setMine] = useState<ReadonlySet<Editable>>(new Set(both));
  const now = draftOf(theirs);
  const before = draftOf(began);
  const resolve = () => {
    const keeps = (name: Editable) => changedByMe.includes(name) && (!both.includes(name) || mine.has(name));
    onResolve(
      Object.fromEntries(FIELDS.map(({ name }) => [name, keeps(name) ? draft[name] : now[name]])) as Draft,
    );
  };
  const choose = (name: Editable, own: boolean) => {
    const next = new Set(mine);
    if (own) next.add(name);
    else next.delete(name);
    setMine(next);
  };
  const rows = FIELDS.filter(({ name }) => changedByThem.includes(name) || changedByMe.includes(name));
  return (
    <div className="form">
      <h2 id="edit-title" className="dialog-title">
        Someone changed this; here is what differs
      </h2>
      <p>
        You began with version {began.version}. Version {theirs.version} was saved{" "}
        {dateTime(theirs.updated_at)}. Nothing of yours is saved yet.
      </p>
      <table className="table conflict">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col" className="conflict-before">
              Before
            </th>
            <th scope="col">Theirs</th>
            <th scope="col">Yours</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, label }) => (
            <tr key={name} data-both={both.includes(name) || undefined}>
              <th scope="row">{label}</th>
              <td className="conflict-before">{shown(before[name])}</td>
              <td>
                {both.includes(name) ? (
                  <Side
                    name={name}
                    label={`${label}: take theirs`}
                    checked={!mine.has(name)}
                    onChoose={() => choose(name, false)}
                  >
                    {shown(now[name])}
                  </Side>
                ) : (
                  changedByThem.includes(name) && <b>{shown(now[name])}</b>
                )}
              </td>
              <td>
                {both.includes(name) ? (
                  <Side
                    name={name}
                    label={`${label}: keep mine`}
                    checked={mine.has(name)}
                    onChoose={() => choose(name, true)}
                  >
                    {shown(draft[name])}
                  </Side>
                ) : (
                  changedByMe.includes(name) && <b>{shown(draft[name])}</b>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="form-actions">
        <button type="button" className="button" onClick={() => onResolve(now)}>
          Take all of theirs
        </button>
        <button type="button" className="button button-primary" onClick={resolve}>
          Go on with this
        </button>
      </div>
    </div>
  );
}

interface SideProps {
  name: string;
  label: string;
  checked: boolean;
  onChoose: () => void;
  children: string;
}

function Side({ name, label, checked, onChoose, children }: SideProps) {
  return (
    <label className="conflict-side">
      <input
        type="radio"
        name={`conflict-${name}`}
        aria-label={label}
        checked={checked}
        onChange={onChoose}
      />
      {children}
    </label>
  );
}
