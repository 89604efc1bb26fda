"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { debounce, useQueryStates } from "nuqs";
import { useCallback, useMemo, useRef } from "react";
import { api } from "@/data/api";
import { type OrderRow, orderFacets, orderList } from "@/data/orders";
import { TableHead } from "@/grid/table-head";
import { useShownList } from "@/grid/use-pages";
import { type GridHandle, VirtualGrid } from "@/grid/virtual-grid";
import { useLiveChanges } from "@/live/use-live-changes";
import { showRows } from "@/meter/position";
import { Needs } from "@/session/needs";
import { Empty } from "@/ui/empty";
import { Failure } from "@/ui/failure";
import { whole, words } from "@/ui/format";
import { COLUMNS, orderCells } from "./columns";
import { filtersOf, type OrdersState, PRIORITIES, parsers, SERVICES } from "./url-state";

const NOTHING = { q: null, status: null, service: null, priority: null, row: null };

/** All orders, for those who may see them. */
export function OrdersView() {
  return (
    <Needs scope="orders:read" what="orders">
      <Orders />
    </Needs>
  );
}

/** By status and by what is searched for. */
function Orders() {
  const [state, set] = useQueryStates(parsers, { history: "replace", shallow: true, scroll: false });
  const filters = useMemo(() => filtersOf(state), [state]);
  const router = useRouter();
  const grid = useRef<GridHandle>(null);
  const source = useMemo(() => orderList(api, filters), [filters]);
  const row = Math.max(0, state.row - 1);
  const list = useShownList(source, row);
  const facets = useQuery({
    ...orderFacets(api, filters),
    placeholderData: (previous) => previous,
    enabled: !list.error,
  });
  useLiveChanges("orders");
  const filter = (change: Partial<OrdersState>) => void set({ ...change, row: null }, { history: "push" });
  const open = useCallback((order: OrderRow) => router.push(`/orders/${order.id}`), [router]);
  const remember = useCallback(
    (to: number) => void set({ row: to > 0 ? to + 1 : null }, { limitUrlUpdates: debounce(150) }),
    [set],
  );
  const onVisible = useCallback((first: number, end: number) => showRows("orders", first, end), []);
  if (list.error) return <Failure error={list.error} onRetry={list.retry} what="orders" />;
  return (
    <div className="list list-whole">
      <div className="toolbar" role="toolbar" aria-label="The list">
        <input
          type="search"
          className="field orders-search"
          placeholder="Reference or customer"
          aria-label="Search orders"
          value={state.q}
          onChange={(event) =>
            void set({ q: event.target.value || null, row: null }, { limitUrlUpdates: debounce(300) })
          }
        />
        <Choices
          name="Service"
          values={SERVICES}
          chosen={state.service}
          onChoose={(service) => filter({ service })}
        />
        <Choices
          name="Priority"
          values={PRIORITIES}
          chosen={state.priority}
          onChoose={(priority) => filter({ priority })}
        />
        <div className="toolbar-space max-sm:hidden" />
        <p className="total" aria-live="polite">
          {list.isEstimate && <span className="total-about">about </span>}
          <strong>{whole(list.total)}</strong> {list.total === 1 ? "order" : "orders"}
        </p>
      </div>
      <div className="status-tabs" role="group" aria-label="Status">
        {(facets.data?.status ?? []).map(({ value, count }) => (
          <button
            key={value}
            type="button"
            className="status-tab"
            aria-pressed={state.status.includes(value)}
            onClick={() => filter({ status: flipped(state.status, value) })}
          >
            {words(value)} <span>{whole(count)}</span>
          </button>
        ))}
      </div>
      {list.total === 0 && !list.isLoading ? (
        <Empty
          title="No order matches"
          action="Clear the filters"
          onAction={() => void set(NOTHING, { history: "push" })}
        >
          Take away a filter, or search for another customer.
        </Empty>
      ) : (
        <VirtualGrid
          source={list.source}
          total={list.total}
          row={list.isOutdated ? 0 : Math.min(row, Math.max(0, list.total - 1))}
          onRow={remember}
          onVisible={onVisible}
          onOpen={open}
          label="Orders"
          className="grid-orders"
          head={<TableHead columns={COLUMNS} sort={filters.sort ?? []} onSort={(sort) => filter({ sort })} />}
          content={orderCells}
          handle={grid}
          isOutdated={list.isOutdated}
        />
      )}
    </div>
  );
}

interface ChoicesProps<T extends string> {
  name: string;
  values: readonly T[];
  chosen: readonly T[];
  onChoose: (chosen: T[]) => void;
}

/** One value, or any. (The address may hold several; they are kept until something is chosen.) */
function Choices<T extends string>({ name, values, chosen, onChoose }: ChoicesProps<T>) {
  const value = chosen.length > 1 ? "several" : (chosen[0] ?? "");
  return (
    <select
      className="select"
      aria-label={name}
      value={value}
      onChange={(event) => onChoose(values.filter((one) => one === event.target.value))}
    >
      <option value="">Any {name.toLowerCase()}</option>
      {chosen.length > 1 && <option value="several">{chosen.map(words).join(", ")}</option>}
      {values.map((one) => (
        <option key={one} value={one}>
          {words(one)}
        </option>
      ))}
    </select>
  );
}

function flipped<T>(chosen: readonly T[], value: T): T[] {
  return chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
}
