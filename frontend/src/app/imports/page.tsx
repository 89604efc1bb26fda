import type { Metadata } from "next";
import { ImportsView } from "@/imports/imports-view";
import "@/styles/pages.css";
import "@/styles/imports.css";
import "@/styles/workplace.css";

export const metadata: Metadata = {
  title: "Imports",
  description: "Bring in products from a file: map its columns, try it, see what is refused, import it.",
};

export default function ImportsPage() {
  return <ImportsView />;
}
