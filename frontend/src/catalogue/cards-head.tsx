/** As cards there are no columns to name, but a grid has a head for those who listen. */
export function CardsHead() {
  return (
    <div role="rowgroup" className="virtual-grid-head sr-only">
      <div role="row" aria-rowindex={1}>
        <div role="columnheader">Products</div>
      </div>
    </div>
  );
}
