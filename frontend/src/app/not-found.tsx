import { PlaceLink } from "@/ui/place-link";

export default function NotFound() {
  return (
    <div className="empty">
      <h1>There is nothing here</h1>
      <p>What you look for was deleted, or its address is misspelt.</p>
      <PlaceLink href="/" className="button">
        To the products
      </PlaceLink>
    </div>
  );
}
