import Link from "next/link";

export default function NotFound() {
  return (
    <div className="empty">
      <h1>There is nothing here</h1>
      <p>What you look for was deleted, or its address is misspelt.</p>
      <Link href="/" className="button">
        To the products
      </Link>
    </div>
  );
}
